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
<meta name="color-scheme" content="light dark"><title>夜番デモ：証明書 / Yoban demo: certificate</title>
<style>body{{font:1.1rem/1.7 "BIZ UDPGothic","Hiragino Sans","Noto Sans CJK JP",system-ui,sans-serif;max-width:38rem;margin:0 auto;
padding:1.5rem 1.25rem 3rem;color:light-dark(#131d2e,#f3f5fb);background:light-dark(#f4f2ec,#0d1526);word-break:auto-phrase}}
h1{{font-size:1.7rem;line-height:1.35;margin:0 0 .5rem}}h2{{font-size:1.15rem;margin:0 0 .25rem}}p{{margin:.25rem 0}}
[lang=en]{{display:block;color:light-dark(#3a4558,#c9d2e8);font-size:.92em;line-height:1.5;font-weight:400}}
ol{{list-style:none;margin:1.5rem 0 0;padding:0;counter-reset:n}}
li{{counter-increment:n;position:relative;margin:0 0 1rem;padding:1rem 1.1rem 1.1rem 3.6rem;border-radius:14px;
background:light-dark(#fff,#16213a);border:1px solid light-dark(#dcd7ca,#273553)}}
li::before{{content:counter(n);position:absolute;left:1rem;top:1rem;width:1.9rem;height:1.9rem;border-radius:50%;display:grid;
place-items:center;font-weight:700;background:light-dark(#143e75,#ffd083);color:light-dark(#fff,#221603)}}
a.go{{display:block;min-height:3.2rem;margin-top:.75rem;padding:.6rem 1rem;border-radius:14px;font-weight:700;text-align:center;
text-decoration:none;background:light-dark(#143e75,#ffd083);color:light-dark(#fff,#221603)}}a.go [lang=en]{{color:inherit}}
code{{display:block;margin-top:.5rem;padding:.6rem .75rem;border-radius:8px;overflow-wrap:anywhere;font-size:.95rem;
background:light-dark(#efece4,#1f2c49)}}dt{{font-weight:700;margin-top:.5rem}}dd{{margin:0}}</style>
<h1>夜番デモの証明書<span lang="en">Certificate of the Yoban demo</span></h1>
<p>この端末でカメラとマイクを使うために、一度だけ入れます。<span lang="en">Needed once on this device, so that it may use
camera and microphone.</span></p>
<ol><li><h2>ダウンロードする</h2><a class="go" href="/yoban-demo-ca.pem">証明書をダウンロード<span lang="en">Download the
certificate</span></a></li>
<li><h2>指紋を比べる</h2><p>サーバーの画面に出ている指紋と同じですか。違うときは入れないでください。<span lang="en">Is it the
fingerprint in the server's terminal? If not, do not install it.</span></p><code>{}</code></li>
<li><h2>この端末に入れる</h2><dl><dt>Android</dt><dd>設定 → セキュリティ → 証明書のインストール → CA証明書<span lang="en">Settings →
Security → Install a certificate → CA certificate</span></dd>
<dt>iPhone・iPad</dt><dd>設定でプロファイルを入れ、一般 → 情報 → 証明書信頼設定でオンにします。<span lang="en">Install the profile in
Settings, then switch it on in General → About → Certificate Trust Settings.</span></dd></dl></li>
<li><h2>QRコードをもう一度読む</h2><p>サーバーの画面のQRコードから開きます（ポート {https_port}）。<span lang="en">Open again from the QR
code in the server's terminal (port {https_port}).</span></p></li></ol>
<p>体験が終わったら、証明書を消してください。<span lang="en">Remove the certificate when you are done.</span></p></html>"#,
        lines.join("<br>")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_everything_in_both_languages() {
        let page = page("AB:CD", 8443);
        assert_eq!(page.matches("<li>").count(), 4);
        // Every Japanese sentence, step and button has its English one inside.
        assert!(page.matches(r#"lang="en""#).count() >= 8);
        assert!(page.contains("ポート 8443") && page.contains("port 8443"));
    }

    #[test]
    fn the_page_shows_the_whole_fingerprint_in_lines_that_fit_a_phone() {
        let bytes: Vec<String> = (0..32).map(|n| format!("{n:02X}")).collect();
        let page = page(&bytes.join(":"), 8443);
        for line in bytes.chunks(8) {
            assert!(page.contains(&line.join(":")));
        }
    }
}
