//! What the terminal shows once everything runs.

use std::net::SocketAddr;

use yoban_domain::wire::rest::DemoPerson;

use crate::addresses::url_host;
use crate::qr::Code;
use crate::serve::Server;

/// What there is to show of a server.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    https: &'a [SocketAddr],
    http: &'a [SocketAddr],
    media: &'a [SocketAddr],
    authority: Option<&'a str>,
    /// None outside demo mode.
    people: &'a [DemoPerson],
}

impl<'a> Shown<'a> {
    pub(super) fn of(server: &'a Server) -> Self {
        Self {
            https: &server.https,
            http: &server.http,
            media: &server.media,
            authority: server.authority.as_deref(),
            people: &server.people,
        }
    }

    pub(super) fn greeting(&self) -> String {
        let mut text = String::from("\n夜番 Yoban が動いています。 / Yoban is running.\n");
        let local = self.http.first().map(|a| format!("http://localhost:{}", a.port())).unwrap_or_default();
        let lan = self.https.iter().find(|a| !a.ip().is_loopback());
        let lan = lan.map(|at| format!("https://{}:{}", url_host(at.ip()), at.port()));
        text += &format!("\n  この端末 / this machine     {local}/\n");
        if let Some(lan) = &lan {
            text += &format!("  同じLAN / on this LAN       {lan}/\n");
        }
        let media: Vec<String> = self.media.iter().map(ToString::to_string).collect();
        text += &format!("  映像と音声 / media           udp {}\n", media.join(", "));
        text += &self.windows(&local);
        text += &self.certificate();
        if let Some(lan) = &lan {
            for (what, person) in self.three() {
                let link = link(lan, person);
                text += &format!("\n  {what}\n  {link}\n{}", qr(&link));
            }
        }
        text + "\nCtrl-C で終了します。 / Ctrl-C stops.\n"
    }

    fn three(&self) -> impl Iterator<Item = (&'static str, &'a DemoPerson)> {
        let people = self.people;
        let windows = [
            ("tablet", "患者タブレット / patient"),
            ("desk", "窓口看護師 / desk nurse"),
            ("phone", "当番医 / duty doctor"),
        ];
        windows.into_iter().filter_map(|(app, what)| Some((what, people.iter().find(|p| p.app == app)?)))
    }

    fn windows(&self, local: &str) -> String {
        if self.people.is_empty() {
            return String::new();
        }
        let text = String::from(
            "\nデモ地区（架空の人だけです）。三つの窓で開いてください。\n\
             Demo district (fictitious people only). Open these in three windows:\n\n",
        );
        self.three()
            .fold(text, |text, (what, person)| text + &format!("  {what}\n    {}\n", link(local, person)))
    }

    /// Where other devices find the certificate, and what its page tells them to compare with.
    fn certificate(&self) -> String {
        let outside = self.http.iter().find(|a| !a.ip().is_loopback());
        let (Some(sum), Some(http)) = (self.authority, outside) else { return String::new() };
        let trust = format!("http://{}:{}/trust", url_host(http.ip()), http.port());
        format!(
            "\n電話やタブレットで使うときは、先に証明書を入れます / On phones and tablets install the certificate first:\n  \
             {trust}\n  SHA-256 {sum}\n{}",
            qr(&trust)
        )
    }
}

/// The code stands behind `#`: browsers do not send it to the server, and no log has it.
fn link(base: &str, person: &DemoPerson) -> String {
    format!("{base}/{}#code={}", person.app, person.code.reveal())
}

fn qr(link: &str) -> String {
    Code::of(link).map(|code| code.terminal()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_development_certificate_is_told_to_real_people_too_and_only_where_a_phone_can_come() {
        let at = |text: &str| [text.parse().unwrap()];
        let (https, http) = (at("192.168.1.7:8443"), at("192.168.1.7:8080"));
        let real = Shown { https: &https, http: &http, media: &https, authority: Some("AB:CD"), people: &[] };
        let text = real.greeting();
        for line in ["http://192.168.1.7:8080/trust", "SHA-256 AB:CD"] {
            assert!(text.lines().any(|l| l.trim() == line), "no {line} in:\n{text}");
        }
        assert!(!text.contains("demo") && !text.contains("Demo"), "{text}");
        // A certificate of the operator's own needs nothing installed; nor does a browser on this machine.
        let loopback = at("127.0.0.1:8080");
        for unneeded in [Shown { authority: None, ..real }, Shown { http: &loopback, ..real }] {
            let text = unneeded.greeting();
            assert!(!text.contains("/trust") && !text.contains("SHA-256"), "{text}");
        }
    }
}
