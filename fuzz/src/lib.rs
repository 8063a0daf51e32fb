//! Fuzz targets of capwire as plain functions.
