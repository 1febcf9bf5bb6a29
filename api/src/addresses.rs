//! Which addresses this machine has, and where the demo may listen.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Only this machine: 127/8, `::1`.
    Loopback,
    /// A home or office network: 10/8, 172.16/12, 192.168/16 (RFC 1918).
    Private,
    /// The same for IPv6: `fc00::/7` (RFC 4193).
    UniqueLocal,
    /// One cable or radio cell: 169.254/16, `fe80::/10`.
    LinkLocal,
    /// Every interface at once: `0.0.0.0`, `::`.
    Wildcard,
    /// Not an address of one machine: multicast, broadcast.
    Group,
    /// All others. Carrier-grade NAT (100.64/10) is here too: strangers share it.
    Public,
}

/// One address of this machine on a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanAddress {
    /// The interface, for example `wlan0`.
    pub interface: String,
    /// The address.
    pub ip: IpAddr,
    /// How far it reaches.
    pub reach: Reach,
}

/// Why the demo does not listen on an address. The demo signs people in by link, so it must not meet strangers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindRefused {
    /// All interfaces at once, whatever they are connected to.
    Wildcard,
    /// An address that strangers can reach.
    Public(IpAddr),
    /// No machine's own address.
    Group(IpAddr),
}

impl BindRefused {
    /// A stable code for logs, tests and documents.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Wildcard => "demo-bind-wildcard",
            Self::Public(_) => "demo-bind-public",
            Self::Group(_) => "demo-bind-group",
        }
    }

    /// What is wrong and what to do, in Japanese.
    pub fn ja(self) -> String {
        match self {
            Self::Wildcard => {
                "デモは全アドレス（0.0.0.0 / ::）では待ち受けません。127.0.0.1 か、この機械の LAN \
                               アドレスを一つずつ指定してください。"
                    .to_owned()
            }
            Self::Public(ip) => format!(
                "{ip} はインターネットから届くアドレスです。デモは合言葉なしで入れるため待ち受けません。\
                 LAN アドレスを指定するか、デモでない設定で起動してください。"
            ),
            Self::Group(ip) => {
                format!("{ip} は一台の機械のアドレスではありません。LAN アドレスを指定してください。")
            }
        }
    }

    /// What is wrong and what to do, in English.
    pub fn en(self) -> String {
        match self {
            Self::Wildcard => {
                "The demo does not listen on all addresses (0.0.0.0 / ::). Name 127.0.0.1 or this \
                               machine's LAN addresses one by one."
                    .to_owned()
            }
            Self::Public(ip) => format!(
                "{ip} can be reached from the internet and the demo lets people in without a password. \
                 Name a LAN address, or start without demo mode."
            ),
            Self::Group(ip) => format!("{ip} is not the address of one machine. Name a LAN address."),
        }
    }
}

impl std::fmt::Display for BindRefused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} / {}", self.ja(), self.en())
    }
}

impl std::error::Error for BindRefused {}

/// How far `ip` reaches. An IPv4 address written as IPv6 (`::ffff:a.b.c.d`) is judged as IPv4.
pub fn reach(ip: IpAddr) -> Reach {
    match ip.to_canonical() {
        IpAddr::V4(v4) => reach_v4(v4),
        IpAddr::V6(v6) => reach_v6(v6),
    }
}

fn reach_v4(ip: Ipv4Addr) -> Reach {
    if ip.is_unspecified() {
        Reach::Wildcard
    } else if ip.is_loopback() {
        Reach::Loopback
    } else if ip.is_private() {
        Reach::Private
    } else if ip.is_link_local() {
        Reach::LinkLocal
    } else if ip.is_multicast() || ip.is_broadcast() {
        Reach::Group
    } else {
        Reach::Public
    }
}

fn reach_v6(ip: Ipv6Addr) -> Reach {
    if ip.is_unspecified() {
        Reach::Wildcard
    } else if ip.is_loopback() {
        Reach::Loopback
    } else if ip.is_unique_local() {
        Reach::UniqueLocal
    } else if ip.is_unicast_link_local() {
        Reach::LinkLocal
    } else if ip.is_multicast() {
        Reach::Group
    } else {
        Reach::Public
    }
}

/// Whether demo mode may listen on `ip`.
///
/// # Errors
/// The address is a wildcard, a group, or can be reached by strangers; the value says what to do.
pub fn demo_bind_allowed(ip: IpAddr) -> Result<Reach, BindRefused> {
    match reach(ip) {
        allowed @ (Reach::Loopback | Reach::Private | Reach::UniqueLocal | Reach::LinkLocal) => Ok(allowed),
        Reach::Wildcard => Err(BindRefused::Wildcard),
        Reach::Public => Err(BindRefused::Public(ip)),
        Reach::Group => Err(BindRefused::Group(ip)),
    }
}

/// All addresses of interfaces that are up, loopback left out, the best for a phone first (see `rank`).
///
/// # Errors
/// The system does not tell its interfaces.
pub fn lan_addresses() -> io::Result<Vec<LanAddress>> {
    let found = if_addrs::get_if_addrs()?
        .into_iter()
        .filter(if_addrs::Interface::is_oper_up)
        .map(|i| LanAddress { ip: i.ip(), reach: reach(i.ip()), interface: i.name });
    Ok(in_order(found.collect()))
}

/// Drops loopback and doubles, best address first.
pub fn in_order(mut found: Vec<LanAddress>) -> Vec<LanAddress> {
    found.retain(|a| !matches!(a.reach, Reach::Loopback | Reach::Wildcard | Reach::Group));
    found.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.ip.cmp(&b.ip)));
    found.dedup_by_key(|a| a.ip);
    found
}

/// Where the demo listens beside loopback, and what a certificate must name: the addresses of [`in_order`] that
/// [`demo_bind_allowed`] allows. IPv6 link-local is left out: its address needs a zone that no browser takes in a URL.
pub fn demo_lan(found: &[LanAddress]) -> Vec<IpAddr> {
    found
        .iter()
        .map(|a| a.ip)
        .filter(|ip| demo_bind_allowed(*ip).is_ok())
        .filter(|ip| !(ip.is_ipv6() && reach(*ip) == Reach::LinkLocal))
        .collect()
}

/// The order in which addresses are offered to phones: real networks before bridges of containers and virtual
/// machines, IPv4 before IPv6, link-local and public last.
fn rank(a: &LanAddress) -> (u8, u8, u8) {
    let virtual_one = u8::from(is_virtual(&a.interface));
    let family = u8::from(a.ip.is_ipv6());
    let reach = match a.reach {
        Reach::Private | Reach::UniqueLocal => 0,
        Reach::LinkLocal => 1,
        Reach::Public => 2,
        Reach::Loopback | Reach::Wildcard | Reach::Group => 3,
    };
    (reach, virtual_one, family)
}

/// Whether the interface's name is one that containers, virtual machines and tunnels use. A guess: it only orders.
fn is_virtual(interface: &str) -> bool {
    const PREFIXES: [&str; 9] = ["docker", "br-", "veth", "virbr", "vboxnet", "vmnet", "tun", "utun", "wg"];
    PREFIXES.iter().any(|p| interface.starts_with(p))
}

/// A host for a URL: IPv6 in brackets.
pub fn url_host(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn on(interface: &str, address: &str) -> LanAddress {
        LanAddress { interface: interface.to_owned(), ip: ip(address), reach: reach(ip(address)) }
    }

    #[test]
    fn every_kind_of_address_is_told_apart() {
        let table = [
            ("127.0.0.1", Reach::Loopback),
            ("127.9.9.9", Reach::Loopback),
            ("::1", Reach::Loopback),
            ("10.0.0.1", Reach::Private),
            ("172.16.0.1", Reach::Private),
            ("172.31.255.254", Reach::Private),
            ("172.32.0.1", Reach::Public),
            ("192.168.1.20", Reach::Private),
            ("192.169.1.20", Reach::Public),
            ("fd12:3456::1", Reach::UniqueLocal),
            ("fe80::1", Reach::LinkLocal),
            ("169.254.3.4", Reach::LinkLocal),
            ("0.0.0.0", Reach::Wildcard),
            ("::", Reach::Wildcard),
            ("255.255.255.255", Reach::Group),
            ("224.0.0.251", Reach::Group),
            ("ff02::fb", Reach::Group),
            ("100.64.0.1", Reach::Public),
            ("8.8.8.8", Reach::Public),
            ("2001:db8::1", Reach::Public),
            ("::ffff:192.168.1.20", Reach::Private),
            ("::ffff:8.8.8.8", Reach::Public),
            ("::ffff:0.0.0.0", Reach::Wildcard),
        ];
        for (text, expected) in table {
            assert_eq!(reach(ip(text)), expected, "{text}");
        }
    }

    #[test]
    fn the_demo_stays_at_home() {
        assert_eq!(demo_bind_allowed(ip("192.168.1.20")), Ok(Reach::Private));
        assert_eq!(demo_bind_allowed(ip("::1")), Ok(Reach::Loopback));
        assert_eq!(demo_bind_allowed(ip("0.0.0.0")), Err(BindRefused::Wildcard));
        assert_eq!(demo_bind_allowed(ip("::ffff:0.0.0.0")), Err(BindRefused::Wildcard));
        assert_eq!(demo_bind_allowed(ip("203.0.113.9")), Err(BindRefused::Public(ip("203.0.113.9"))));
        assert_eq!(demo_bind_allowed(ip("224.0.0.1")), Err(BindRefused::Group(ip("224.0.0.1"))));
    }

    #[test]
    fn a_refusal_names_the_address_and_a_way_on_in_both_languages() {
        let refused = demo_bind_allowed(ip("203.0.113.9")).unwrap_err();
        assert_eq!(refused.code(), "demo-bind-public");
        for text in [refused.ja(), refused.en()] {
            assert!(text.contains("203.0.113.9") && text.contains("LAN"), "{text}");
        }
        assert!(BindRefused::Wildcard.en().contains("127.0.0.1"));
    }

    #[test]
    fn phones_are_offered_the_real_network_first() {
        let found = vec![
            on("lo", "127.0.0.1"),
            on("docker0", "172.17.0.1"),
            on("eth0", "203.0.113.9"),
            on("wlan0", "fe80::2"),
            on("wlan0", "fd00::2"),
            on("wlan0", "192.168.1.20"),
            on("wlan0", "192.168.1.20"),
        ];
        let ordered = in_order(found);
        let names: Vec<String> = ordered.iter().map(|a| a.ip.to_string()).collect();
        assert_eq!(names, ["192.168.1.20", "fd00::2", "172.17.0.1", "fe80::2", "203.0.113.9"]);
        assert_eq!(demo_lan(&ordered), [ip("192.168.1.20"), ip("fd00::2"), ip("172.17.0.1")]);
    }

    #[test]
    fn this_machine_can_be_asked() {
        let found = lan_addresses().unwrap();
        assert!(found.iter().all(|a| a.reach == reach(a.ip) && a.reach != Reach::Loopback));
    }

    #[test]
    fn hosts_in_urls_have_brackets_for_ipv6() {
        assert_eq!(url_host(ip("10.0.0.1")), "10.0.0.1");
        assert_eq!(url_host(ip("fd00::2")), "[fd00::2]");
    }
}
