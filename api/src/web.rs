//! The apps, embedded. A build without them says so instead of showing an empty page.

use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::problem::ApiError;

#[derive(RustEmbed)]
#[folder = "../mobile-sdk/apps/dist"]
#[allow_missing = true]
struct Assets;

/// Whatever is no route: a page or asset of the apps.
pub async fn asset(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_matches('/');
    if path.starts_with("api/") || path.starts_with("fhir/") {
        return ApiError::NotFound.into_response();
    }
    if ![Method::GET, Method::HEAD].contains(&method) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET,HEAD")]).into_response();
    }
    if let Some(file) = Assets::get(path) {
        // Assets carry a hash of their content in their name.
        let keep =
            if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        return serve(path, file, keep);
    }
    // An app is one page; what it needs to know stands behind the `#`.
    let page = if path.is_empty() { "index.html".to_owned() } else { format!("{path}/index.html") };
    match Assets::get(&page) {
        Some(file) => serve(&page, file, "no-cache"),
        None if Assets::get("index.html").is_some() => nowhere(&headers),
        None => {
            let text = "この実行ファイルには画面が入っていません。make run で作り直してください。\n\
                        This build has no screens in it. Build it with make run.\n";
            (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
        }
    }
}

/// A wrong address: a page with the right ones for whoever looks at it, a problem for programs.
fn nowhere(headers: &HeaderMap) -> Response {
    let accepts = headers.get_all(header::ACCEPT).iter().filter_map(|kinds| kinds.to_str().ok());
    let mut kinds = accepts.flat_map(|kinds| kinds.split(',')).filter_map(|kind| kind.split(';').next());
    if kinds.any(|kind| kind.trim().eq_ignore_ascii_case("text/html")) {
        return (StatusCode::NOT_FOUND, [(header::VARY, "accept")], Html(include_str!("nowhere.html")))
            .into_response();
    }
    ([(header::VARY, "accept")], ApiError::NotFound).into_response()
}

fn serve(path: &str, file: EmbeddedFile, keep: &'static str) -> Response {
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("woff") => "font/woff",
        Some("json") => "application/json",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)];
    (headers, file.data).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use yoban_domain::wire::problem::Problem;

    use super::*;

    /// As a browser asks for a page.
    const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    async fn get(path: &'static str, accept: &'static str) -> (StatusCode, String, String) {
        let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
        let answer = asset(Method::GET, Uri::from_static(path), headers).await;
        let kind = answer.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, kind, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_wrong_address_shows_people_the_right_ones_and_tells_programs_a_problem() {
        assert!(Assets::get("index.html").is_some(), "built with its screens (scripts/web build)");
        for wrong in ["/Desk", "/tablet/xyz", "/api-docs", "/desk/index.htm", "/assets/none.js", "/apidocs/x"]
        {
            let (status, kind, page) = get(wrong, BROWSER).await;
            assert_eq!(
                (status, kind.as_str()),
                (StatusCode::NOT_FOUND, "text/html; charset=utf-8"),
                "{wrong}"
            );
            let (ja, en) = (page.find("夜番のページではありません"), page.find("is not one of Yoban"));
            assert!(ja.is_some() && ja < en, "{page}");
            for right in ["/", "/tablet", "/desk", "/phone"] {
                assert!(page.contains(&format!("href=\"{right}\"")), "{right}");
                let (status, kind, page) = get(right, BROWSER).await;
                assert_eq!((status, kind.as_str()), (StatusCode::OK, "text/html; charset=utf-8"), "{right}");
                assert!(!page.contains("夜番のページではありません"));
            }
            problem(wrong, "*/*").await;
        }
        for program in ["/api/v1/nothing", "/fhir/Nothing"] {
            problem(program, BROWSER).await;
        }
    }

    async fn problem(path: &'static str, accept: &'static str) {
        let (status, kind, body) = get(path, accept).await;
        assert_eq!((status, kind.as_str()), (StatusCode::NOT_FOUND, "application/problem+json"), "{path}");
        assert_eq!(serde_json::from_str::<Problem>(&body).unwrap(), Problem::not_found());
    }
}
