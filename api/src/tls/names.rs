//! What certificates name, and what the development authority may vouch for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rcgen::{CidrSubnet, GeneralSubtree};

use super::CertificateFacts;
use crate::addresses::demo_bind_allowed;

/// What the server's certificate must name beside `localhost`, `127.0.0.1` and `::1`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The host's name; a name without a dot is also given as `name.local`.
    pub host: Option<String>,
    /// LAN addresses ([`crate::addresses::demo_lan`]).
    pub addresses: Vec<IpAddr>,
}

impl Names {
    /// The host's own name with these addresses.
    pub fn of_this_machine(addresses: Vec<IpAddr>) -> Self {
        let host = rustix::system::uname().nodename().to_str().ok().and_then(dns_name);
        Self { host, addresses }
    }

    /// All DNS names, lower case, each once.
    pub fn dns(&self) -> Vec<String> {
        let mut names = vec!["localhost".to_owned()];
        if let Some(host) = self.host.as_deref().and_then(dns_name) {
            if !host.contains('.') {
                names.push(format!("{host}.local"));
            }
            names.push(host);
        }
        names.sort();
        names.dedup();
        names
    }

    /// All addresses, each once.
    pub fn ips(&self) -> Vec<IpAddr> {
        let mut all = vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        all.extend(&self.addresses);
        all.sort();
        all.dedup();
        all
    }
}

/// The name in lower case when it can stand in a certificate.
pub(super) fn dns_name(name: &str) -> Option<String> {
    let good = !name.is_empty()
        && name.len() <= 253
        && name.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        });
    good.then(|| name.to_ascii_lowercase())
}

/// What the authority may vouch for: exactly what [`demo_bind_allowed`] allows, and local names.
pub(super) fn permitted(host: &str) -> Vec<GeneralSubtree> {
    let v4 = [
        ([127, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([172, 16, 0, 0], 12),
        ([192, 168, 0, 0], 16),
        ([169, 254, 0, 0], 16),
    ];
    let v6 = [
        (Ipv6Addr::LOCALHOST, 128),
        (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
        (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
    ];
    let dns = ["localhost", "local", host].map(|name| GeneralSubtree::DnsName(name.to_owned()));
    dns.into_iter()
        .chain(v4.map(|(a, n)| GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix(a, n))))
        .chain(v6.map(|(a, n)| GeneralSubtree::IpAddress(CidrSubnet::from_v6_prefix(a.octets(), n))))
        .collect()
}

/// The wanted names that this authority may vouch for; a machine that was renamed or has a public address keeps
/// working under its other names, and preflight tells.
pub(super) fn nameable(authority: &CertificateFacts, names: &Names) -> (Vec<String>, Vec<IpAddr>) {
    let under = |name: &String| {
        authority
            .permitted_dns
            .iter()
            .any(|p| name == p || name.strip_suffix(p.as_str()).is_some_and(|s| s.ends_with('.')))
    };
    let dns = names.dns().into_iter().filter(under).collect();
    let ips = names.ips().into_iter().filter(|ip| demo_bind_allowed(*ip).is_ok()).collect();
    (dns, ips)
}
