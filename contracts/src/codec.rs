//! MessagePack as every waSCC actor since 2020 speaks it: read leniently, written canonically.
