//! `sqlx::migrate!` notices a changed migration, not a new one: cargo is told to look at the folder.

fn main() {
    let mut out = std::io::stdout();
    std::io::Write::write_all(&mut out, b"cargo:rerun-if-changed=migrations\n").unwrap_or_default();
}
