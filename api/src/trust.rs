//! What LAN addresses serve over plain HTTP: how to trust the demo's authority, and nothing else.

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;

/// The two routes and a way to them from everywhere else.
pub fn site(authority_pem: String, fingerprint: String, https_port: u16) -> Router {
    pages(authority_pem, fingerprint, https_port)
        .fallback(|| std::future::ready(Redirect::temporary("/trust")))
}

/// The routes; `fingerprint` is the authority's SHA-256 as the terminal shows it.
pub fn pages(authority_pem: String, fingerprint: String, https_port: u16) -> Router {
    let page = page(&fingerprint, https_port);
    Router::new()
        .route("/trust", get(move || std::future::ready(Html(page.clone()))))
        .route("/yoban-demo-ca.pem", get(move || std::future::ready(certificate(authority_pem.clone()))))
}

fn certificate(pem: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"yoban-demo-ca.pem\""),
    ];
    (headers, pem).into_response()
}

fn page(fingerprint: &str, https_port: u16) -> String {
    let grouped: Vec<&str> = fingerprint.split(':').collect();
    let lines: Vec<String> = grouped.chunks(8).map(|c| c.join(":")).collect();
    format!(
        r#"<!doctype html><html lang="ja"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>夜番デモ：証明書 / Yoban demo: certificate</title>
<style>body{{font:1.15rem/1.7 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;color:#14202b;background:#f6f8fa}}
a.go{{display:inline-block;padding:1rem 1.5rem;background:#14507a;color:#fff;border-radius:.75rem;text-decoration:none}}
code{{display:block;background:#fff;border:1px solid #c7d2dc;border-radius:.5rem;padding:.75rem;overflow-wrap:anywhere}}h2{{margin-top:2.5rem}}</style>
<h1>夜番デモの証明書</h1>
<p>この端末でカメラとマイクを使うには、デモ用の証明書を一度だけ入れます。体験が終わったら消してください。</p>
<p><a class="go" href="/yoban-demo-ca.pem">証明書をダウンロード</a></p>
<ol><li>サーバーの画面に出ている指紋と同じか確かめます。<code>{}</code></li>
<li>Android：設定 → セキュリティ → 証明書のインストール → CA証明書</li>
<li>iPhone：設定 → プロファイルを入れ、一般 → 情報 → 証明書信頼設定でオンにします。</li>
<li>入れ終わったら、画面のQRコードをもう一度読み取ります（ポート {https_port}）。</li></ol>
<h2 lang="en">Certificate of the Yoban demo</h2>
<p lang="en">To use camera and microphone on this device, install the demo's certificate once: download it above, compare the
fingerprint with the one in the server's terminal, install it as a CA certificate (Android: Settings → Security → Install a
certificate; iPhone: install the profile, then General → About → Certificate Trust Settings), and scan the QR code again
(port {https_port}). Remove it when you are done.</p></html>"#,
        lines.join("<br>")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_the_whole_fingerprint_in_lines_that_fit_a_phone() {
        let bytes: Vec<String> = (0..32).map(|n| format!("{n:02X}")).collect();
        let page = page(&bytes.join(":"), 8443);
        for line in bytes.chunks(8) {
            assert!(page.contains(&line.join(":")));
        }
    }
}
