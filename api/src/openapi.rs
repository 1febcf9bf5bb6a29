//! The contract: one document for REST and socket, generated from the types.

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};
use yoban_domain::wire::signal::{ClientFrame, ServerFrame};

/// The document without its paths; the router adds those.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Yoban",
        description = "After-hours home care: the call at night, its vital signs and its record.",
        license(name = "Apache-2.0")
    ),
    components(schemas(ClientFrame, ServerFrame)),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
pub struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("bearer", bearer);
    }
}

/// The document as text, ending in a newline, as it is committed.
///
/// # Errors
/// The document has no JSON form.
pub fn text() -> Result<String, serde_json::Error> {
    crate::routes::document().to_pretty_json().map(|text| text + "\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_contract_is_what_the_types_say() {
        let committed = include_str!("../openapi.json");
        assert!(committed == super::text().unwrap(), "run `make schema` and commit the result");
    }
}
