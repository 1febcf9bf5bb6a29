//! The night, played: scripted people with real media live through one call, and what is left of it is shown.
//! `make demo`.
#![allow(
    clippy::allow_attributes,
    clippy::indexing_slicing,
    reason = "JSON made a few lines above; absent keys read as null"
)]

mod stopped;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use serde_json::{Value, json};
use yoban_domain::id::LegId;
use yoban_domain::time::Timestamp;
use yoban_media::recording::{Kind, Manifest};
use yoban_tests::story::{self, Papers};
use yoban_tests::{Night, Server, repository};

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    stopped::listen();
    // The stories are tests as well, and a surprise ends them by a panic: here it is told in words.
    let played =
        runtime.map_err(|e| e.to_string()).and_then(|runtime| stopped::caught(|| runtime.block_on(night())));
    match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            stopped::tell(&repository().join(FOLDER), &why);
            ExitCode::FAILURE
        }
    }
}

/// Where everything lies, below the repository.
const FOLDER: &str = "var/demo";

fn say(text: &str) {
    let mut out = std::io::stdout();
    // A terminal that is gone cannot be told.
    let _gone = writeln!(out, "{text}").and_then(|()| out.flush());
}

async fn night() -> Result<(), String> {
    let begun = Instant::now();
    let mut tell = |ja: &str, en: &str| {
        let at = begun.elapsed().as_secs_f64();
        say(&format!("{at:6.1} s  {ja}\n          {en}"));
        stopped::at(ja, en);
    };
    let folder = repository().join(FOLDER);
    fresh(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    say("\n夜番 Yoban：一夜の通話を自動で再生します（架空の人だけです）。");
    say("Yoban: one night call, played by scripted people with real sound and picture (all fictitious).\n");
    tell("サーバーを起動します", "The server starts");
    let mut night =
        Night::with(Server::start_logging(&folder.join("data"), &folder.join(stopped::SERVER_LOG))).await;
    let told = story::play(&night, &mut tell).await;
    tell("記録・FHIR・時系列を取り出します", "Record, FHIR bundle and time line are fetched and checked");
    let papers = told.papers().await;
    tell(
        "録画を再生し、声を聞き分けて確かめます",
        "The recording is played and every voice in it recognised",
    );
    let files = told.recorded(&folder.join("recordings")).await;
    let figures = told.figures.clone();
    let whose = [
        (told.call.patient, "患者さん / patient"),
        (told.call.nurse, "窓口看護師 / desk nurse"),
        (told.doctor_leg, "当番医 / duty doctor"),
    ];
    drop(told);
    if !night.server.stop().success() {
        return Err("サーバーが正常に終わりませんでした / the server did not end in order".into());
    }
    let summary = write(&folder, &papers, &files.manifest, &figures).map_err(|e| e.to_string())?;
    show(&summary, &papers, &files.manifest, &whose);
    let seconds = begun.elapsed().as_secs_f64();
    say(&format!(
        "\n✓ {seconds:.0} 秒で終わりました。まとめ: var/demo/summary.json\n✓ Done in {seconds:.0} s. Summary: var/demo/summary.json\n",
    ));
    Ok(())
}

/// An empty folder; what an earlier demo left goes.
fn fresh(folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)
}

fn write(
    folder: &Path,
    papers: &Papers,
    manifest: &Manifest,
    figures: &[(&'static str, f64)],
) -> std::io::Result<Value> {
    let put = |name: &str, content: &[u8]| -> std::io::Result<String> {
        let path = folder.join(name);
        std::fs::write(&path, content)?;
        Ok(shown(&path))
    };
    let pretty = |value: &Value| serde_json::to_vec_pretty(value).map_err(std::io::Error::other);
    let fhir = put("encounter.fhir.json", &pretty(&papers.fhir)?)?;
    let page = put("encounter.html", papers.page.as_bytes())?;
    let lines: Vec<Value> = papers
        .case
        .timeline
        .iter()
        .map(|e| {
            json!({"seq": e.seq, "at": e.at.rfc3339(), "fact": e.fact, "text": e.text, "textEn": e.text_en})
        })
        .collect();
    let facts = put("facts.json", &pretty(&Value::Array(lines))?)?;
    let recordings = folder.join("recordings");
    let tracks: Vec<String> = manifest.tracks.iter().map(|t| shown(&recordings.join(&t.file))).collect();
    let mix = manifest.mix.as_ref().map(|m| shown(&recordings.join(&m.file)));
    let figures: Vec<Value> = figures
        .iter()
        .map(|(name, value)| json!({"name": name, "value": (value * 10.0).round() / 10.0, "unit": "ms"}))
        .collect();
    let summary = json!({
        "tracks": tracks, "mix": mix, "fhir": fhir, "page": page, "facts": facts, "figures": figures,
    });
    put("summary.json", &pretty(&summary)?)?;
    Ok(summary)
}

/// Relative to the repository.
fn shown(path: &Path) -> String {
    let root: PathBuf = repository();
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

fn show(summary: &Value, papers: &Papers, manifest: &Manifest, whose: &[(LegId, &str)]) {
    say("\n時系列（日本時間） / Time line (Japan time)");
    for entry in &papers.case.timeline {
        // The fictitious district lies in Tokyo, which knows no summer time.
        let at = Timestamp(entry.at.0 + 9 * 3_600_000).rfc3339();
        let clock = at.get(11..19).unwrap_or_default();
        say(&format!("  {clock}  {}\n            {}", entry.text.reveal(), entry.text_en.reveal()));
    }
    let path = |key: &str| summary[key].as_str().unwrap_or("–").to_owned();
    say("\n一人ずつの録画 / Tracks, one per person");
    for (path, track) in summary["tracks"].as_array().into_iter().flatten().zip(&manifest.tracks) {
        let who = whose.iter().find(|(leg, _)| *leg == track.leg).map_or("–", |(_, who)| who);
        let what = if track.kind == Kind::Audio { "音声 / sound" } else { "映像 / picture" };
        say(&format!("  {who}, {what}\n    {}", path.as_str().unwrap_or_default()));
    }
    for (label, key) in [
        ("全員の声 / Mix of all voices", "mix"),
        ("診療記録（印刷用） / Encounter page, to read and print", "page"),
        ("FHIR $everything", "fhir"),
        ("時系列 / Time line of facts", "facts"),
    ] {
        say(&format!("{label}\n  {}", path(key)));
    }
    say("計測 / Figures");
    for figure in summary["figures"].as_array().into_iter().flatten() {
        say(&format!(
            "  {:40} {:8.1} ms",
            figure["name"].as_str().unwrap_or_default(),
            figure["value"].as_f64().unwrap_or(0.0)
        ));
    }
}
