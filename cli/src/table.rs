//! Tables for people.

use capwire_text::escaped;

/// Formats `rows` under `header`, with columns as wide as their longest text.
pub(crate) fn table<const N: usize>(header: [&str; N], rows: &[[String; N]]) -> String {
    let header = header.map(str::to_owned);
    let rows: Vec<[String; N]> = std::iter::once(&header)
        .chain(rows)
        .map(|row| row.each_ref().map(|cell| escaped(cell)))
        .collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_are_aligned_and_cells_cannot_steer_a_terminal() {
        let rows = [["zähler", "a"], ["b", "\x1b[2J"]].map(|row| row.map(str::to_owned));
        assert_eq!(
            table(["ACTOR", "X"], &rows),
            "ACTOR   X\nzähler  a\nb       \\u{1b}[2J"
        );
    }
}
