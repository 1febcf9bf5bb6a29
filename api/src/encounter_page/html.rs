//! Text into HTML.

/// Typed text for an element: escaped, without control characters, line breaks kept, and isolated so that a
/// right-to-left name cannot turn the line around it.
pub(super) fn text(raw: &str) -> String {
    format!("<bdi>{}</bdi>", escape(raw.trim()).replace('\n', "<br>"))
}

/// Escapes for element content and quoted attributes.
pub(super) fn escape(raw: &str) -> String {
    let mut safe = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' => safe.push('\n'),
            c if c.is_control() => {}
            c => safe.push(c),
        }
    }
    safe
}
