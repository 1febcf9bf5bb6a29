//! The apps, embedded. A build without them says so instead of showing an empty page.

use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::problem::ApiError;

#[derive(RustEmbed)]
#[folder = "../mobile-sdk/apps/dist"]
#[allow_missing = true]
struct Assets;

/// Whatever is no route: a page or asset of the apps.
pub async fn asset(method: Method, uri: Uri) -> Response {
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
    // Each app routes within itself: /desk/anything is the desk.
    let app = path.split('/').next().unwrap_or_default();
    let page = if app.is_empty() { "index.html".to_owned() } else { format!("{app}/index.html") };
    match Assets::get(&page) {
        Some(file) => serve(&page, file, "no-cache"),
        None if Assets::get("index.html").is_some() => ApiError::NotFound.into_response(),
        None => {
            let text = "この実行ファイルには画面が入っていません。make run で作り直してください。\n\
                        This build has no screens in it. Build it with make run.\n";
            (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
        }
    }
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
