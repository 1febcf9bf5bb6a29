//! Writes the stories' bundles as JSON files: `cargo run -p yoban-domain --example fhir_fixtures -- FOLDER`.
//! The conformance gate in `tests/fhir` reads them.

#![expect(clippy::disallowed_methods, reason = "an example beside the rules, which writes what they make")]

#[path = "../tests/fhir/story.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod story;

use yoban_domain::fhir;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: fhir_fixtures FOLDER")?;
    let folder = std::path::Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for story in story::all() {
        let bundle = fhir::bundle(&story.record, story.signed.as_ref(), "https://yoban.example/fhir/R4");
        let text = serde_json::to_string_pretty(&bundle)?;
        std::fs::write(folder.join(format!("{}.json", story.name)), text)?;
    }
    Ok(())
}
