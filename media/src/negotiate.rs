//! SDP policy over text, before the engine sees it: what may come in, and what we read out of our own.
//!
//! Remote candidates are taken out on purpose: a peer is found by the checks it sends us, so that nobody can make this
//! server knock on addresses of their choice.

use yoban_domain::session::VideoCodec;

use crate::error::{MediaError, SdpProblem};

/// Longest SDP taken, in bytes. Chromium's answer to our ten sections has about 6 kB.
pub const MAX_BYTES: usize = 48 * 1024;
/// Most `a=ssrc:` lines, over all sections. A browser writes up to four per stream.
pub(crate) const MAX_SSRC_LINES: usize = 64;

/// Who offered, and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The answer to our own offer of one up-link pair and `slots` down-link pairs.
    Answer { slots: usize },
    /// WHIP: the client sends at most one audio and one video.
    Whip,
    /// WHEP: the client receives as many as it has sections for.
    Whep,
}

/// A remote description that may go to the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) sdp: String,
    /// Audio sections in which the peer receives.
    pub(crate) audio_down: usize,
    /// Video sections in which the peer receives.
    pub(crate) video_down: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Audio,
    Video,
}

#[derive(Debug, Default)]
struct Section<'a> {
    video: bool,
    rejected: bool,
    mid: Option<&'a str>,
    sends: bool,
    receives: bool,
    codecs: Vec<&'a str>,
}

/// Checks a remote description and takes out what we do not want the engine to act on.
///
/// # Errors
/// The first problem found.
pub(crate) fn check(sdp: &str, purpose: Purpose, video_codec: &str) -> Result<Checked, SdpProblem> {
    if sdp.len() > MAX_BYTES {
        return Err(SdpProblem::TooLong);
    }
    if !sdp.starts_with("v=0") || sdp.bytes().any(|b| b < 0x20 && b != b'\r' && b != b'\n' && b != b'\t') {
        return Err(SdpProblem::NotSdp);
    }
    let mut kept = String::with_capacity(sdp.len());
    let mut sections: Vec<Section<'_>> = Vec::new();
    let (mut ufrag, mut pwd, mut fingerprint, mut ssrc_lines) = (false, false, false, 0_usize);
    for line in sdp.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        if line.as_bytes().get(1) != Some(&b'=') {
            return Err(SdpProblem::NotSdp);
        }
        if let Some(media) = line.strip_prefix("m=") {
            sections.push(section(media)?);
        }
        let Some(attribute) = line.strip_prefix("a=") else {
            keep(&mut kept, line);
            continue;
        };
        let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
        match name {
            "candidate" | "end-of-candidates" | "remote-candidates" | "rid" | "simulcast" => continue,
            "ice-ufrag" => ufrag |= credential(value, 4)?,
            "ice-pwd" => pwd |= credential(value, 22)?,
            "fingerprint" => fingerprint |= sha256(value)?,
            "ssrc" => ssrc_lines += 1,
            _ => {}
        }
        if let Some(section) = sections.last_mut() {
            match name {
                "mid" => section.mid = Some(value),
                "sendonly" => (section.sends, section.receives) = (true, false),
                "recvonly" => (section.sends, section.receives) = (false, true),
                "inactive" => (section.sends, section.receives) = (false, false),
                "rtpmap" => section.codecs.extend(value.split_once(' ').map(|(_, codec)| codec)),
                _ => {}
            }
        }
        keep(&mut kept, line);
    }
    if !(ufrag && pwd) {
        return Err(SdpProblem::Credentials);
    }
    if !fingerprint {
        return Err(SdpProblem::Fingerprint);
    }
    if ssrc_lines > MAX_SSRC_LINES {
        return Err(SdpProblem::Streams);
    }
    judge(&sections, purpose, video_codec)?;
    let down = |kind| sections.iter().filter(|s| s.kind() == kind && s.receives && !s.rejected).count();
    Ok(Checked { sdp: kept, audio_down: down(Kind::Audio), video_down: down(Kind::Video) })
}

fn judge(sections: &[Section<'_>], purpose: Purpose, video_codec: &str) -> Result<(), SdpProblem> {
    for (index, section) in sections.iter().enumerate() {
        let mid = section.mid.filter(|mid| !mid.is_empty() && mid.len() <= 32).ok_or(SdpProblem::Mid)?;
        if sections.iter().take(index).any(|earlier| earlier.mid == Some(mid)) {
            return Err(SdpProblem::Mid);
        }
    }
    let live = || sections.iter().filter(|s| !s.rejected);
    let up = |kind| live().filter(|s| s.kind() == kind && s.sends).count();
    let down = |kind| live().filter(|s| s.kind() == kind && s.receives).count();
    match purpose {
        Purpose::Answer { slots } => {
            if sections.len() != 2 + 2 * slots {
                return Err(SdpProblem::Sections);
            }
            let kinds_fit = sections.iter().enumerate().all(|(index, s)| s.video == (index % 2 == 1));
            let ups = sections.iter().take(2).all(|s| !s.receives);
            let downs = sections.iter().skip(2).all(|s| !s.sends);
            if !(kinds_fit && ups && downs) {
                return Err(SdpProblem::Direction);
            }
        }
        Purpose::Whip => {
            if sections.is_empty() || sections.len() > 2 || up(Kind::Audio) > 1 || up(Kind::Video) > 1 {
                return Err(SdpProblem::Sections);
            }
            if up(Kind::Audio) + up(Kind::Video) == 0 {
                return Err(SdpProblem::Direction);
            }
        }
        Purpose::Whep => {
            let most = crate::MAX_MEMBERS - 1;
            // Sections that are turned down or not used cost the engine as much as the others.
            if sections.is_empty()
                || sections.len() > 2 * most
                || down(Kind::Audio) > most
                || down(Kind::Video) > most
            {
                return Err(SdpProblem::Sections);
            }
            if down(Kind::Audio) + down(Kind::Video) == 0 {
                return Err(SdpProblem::Direction);
            }
        }
    }
    // Every section that is really used must know the room's codec; the engine would answer with nothing useful.
    for section in live().filter(|s| s.sends || s.receives) {
        let wanted = if section.video { video_codec } else { "opus/48000" };
        let known =
            |codec: &&str| codec.get(..wanted.len()).is_some_and(|head| head.eq_ignore_ascii_case(wanted));
        if !section.codecs.iter().any(known) {
            return Err(SdpProblem::Codec);
        }
    }
    Ok(())
}

impl Section<'_> {
    fn kind(&self) -> Kind {
        if self.video { Kind::Video } else { Kind::Audio }
    }
}

fn section(media: &str) -> Result<Section<'_>, SdpProblem> {
    let mut words = media.split(' ');
    let video = match words.next() {
        Some("audio") => false,
        Some("video") => true,
        _ => return Err(SdpProblem::Kind),
    };
    let rejected = words.next() == Some("0");
    // RFC 8866: without a direction attribute a section is sendrecv.
    Ok(Section { video, rejected, sends: true, receives: true, ..Section::default() })
}

/// RFC 8839 §5.4: 4–256 (ufrag) and 22–256 (pwd) ice-chars.
fn credential(value: &str, least: usize) -> Result<bool, SdpProblem> {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    // '-' , '_' and '=' are not ice-chars but some clients send them.
    let tolerated = |b: u8| legal(b) || b == b'-' || b == b'_' || b == b'=';
    let fits = (least..=256).contains(&value.len()) && value.bytes().all(tolerated);
    fits.then_some(true).ok_or(SdpProblem::Credentials)
}

fn sha256(value: &str) -> Result<bool, SdpProblem> {
    let Some((algorithm, hash)) = value.split_once(' ') else {
        return Err(SdpProblem::Fingerprint);
    };
    if !algorithm.eq_ignore_ascii_case("sha-256") {
        return Ok(false);
    }
    let octets = hash.trim().split(':');
    let fits = octets.clone().count() == 32
        && octets.clone().all(|o| o.len() == 2 && u8::from_str_radix(o, 16).is_ok());
    fits.then_some(true).ok_or(SdpProblem::Fingerprint)
}

fn keep(kept: &mut String, line: &str) {
    kept.push_str(line);
    kept.push_str("\r\n");
}

/// How a codec stands in `a=rtpmap`.
pub(crate) const fn codec_line(codec: VideoCodec) -> &'static str {
    match codec {
        VideoCodec::Vp8 => "VP8/90000",
        VideoCodec::H264 => "H264/90000",
    }
}

/// Codecs of ours that an offer by WHIP (`sends`) or WHEP could be answered with, where nothing else says what the client
/// has. Empty when there is no picture in it. What an offer says settles a call's codec, so only one that could be
/// answered says anything.
///
/// # Errors
/// It could be answered with none of them.
pub fn video_codecs(sdp: &str, sends: bool) -> Result<Vec<VideoCodec>, MediaError> {
    let purpose = if sends { Purpose::Whip } else { Purpose::Whep };
    let named = |codec: &VideoCodec| {
        let wanted = codec_line(*codec);
        sdp.lines()
            .filter_map(|line| line.strip_prefix("a=rtpmap:")?.split_once(' '))
            .any(|(_, name)| name.get(..wanted.len()).is_some_and(|head| head.eq_ignore_ascii_case(wanted)))
    };
    let named: Vec<_> = [VideoCodec::Vp8, VideoCodec::H264].into_iter().filter(named).collect();
    // Without any, the check says whether it is sound alone or nothing of ours.
    let tried = if named.is_empty() { &[VideoCodec::Vp8] } else { named.as_slice() };
    let answers = tried.iter().map(|codec| check(sdp, purpose, codec_line(*codec)).map(|_| *codec));
    let (can, cannot): (Vec<_>, Vec<_>) = answers.partition(Result::is_ok);
    match cannot.into_iter().find_map(Result::err) {
        Some(problem) if can.is_empty() => Err(problem.into()),
        _ => Ok(can.into_iter().flatten().filter(|codec| named.contains(codec)).collect()),
    }
}

/// The first value of an attribute in our own description.
pub(crate) fn attribute<'a>(sdp: &'a str, name: &str) -> Option<&'a str> {
    sdp.lines().find_map(|line| line.trim_end().strip_prefix("a=")?.strip_prefix(name)?.strip_prefix(':'))
}

/// Our description with our candidates in every section. The engine writes them into the first one only, and twice
/// (with RTCP's component, which rtcp-mux makes pointless); aiortc looks at the last section of a kind.
pub(crate) fn spread_candidates(sdp: &str) -> String {
    let is_candidate = |line: &&str| line.starts_with("a=candidate:");
    let component = |line: &str| line.split(' ').nth(1).map(str::to_owned);
    let candidates: Vec<&str> =
        sdp.lines().filter(is_candidate).filter(|line| component(line).as_deref() == Some("1")).collect();
    let mut spread = String::with_capacity(sdp.len() + 10 * 80 * candidates.len());
    let mut in_section = false;
    let close_section = |spread: &mut String| candidates.iter().for_each(|candidate| keep(spread, candidate));
    for line in sdp.lines().filter(|line| !is_candidate(line)) {
        if line.starts_with("m=") && std::mem::replace(&mut in_section, true) {
            close_section(&mut spread);
        }
        keep(&mut spread, line);
    }
    if in_section {
        close_section(&mut spread);
    }
    spread
}

#[cfg(test)]
mod tests {
    use super::*;

    const VP8: &str = "VP8/90000";

    fn fingerprint() -> String {
        format!("a=fingerprint:sha-256 {}", vec!["AB"; 32].join(":"))
    }

    fn head() -> String {
        format!(
            "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\na=ice-pwd:{}\r\n{}\r\n",
            "p".repeat(22),
            fingerprint()
        )
    }

    fn media(kind: &str, mid: &str, direction: &str) -> String {
        let codec = if kind == "video" { "96 VP8/90000" } else { "111 opus/48000/2" };
        format!("m={kind} 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:{mid}\r\na={direction}\r\na=rtpmap:{codec}\r\n")
    }

    fn whip() -> String {
        head() + &media("audio", "0", "sendonly") + &media("video", "1", "sendonly")
    }

    #[test]
    fn a_plain_offer_passes_and_loses_its_candidates() {
        let with_candidate = whip() + "a=candidate:1 1 udp 1 10.0.0.1 22 typ host\r\na=end-of-candidates\r\n";
        let checked = check(&with_candidate, Purpose::Whip, VP8).unwrap();
        assert_eq!(checked.sdp, whip());
    }

    #[test]
    fn each_missing_part_has_its_own_answer() {
        let cases = [
            ("", SdpProblem::NotSdp),
            ("v=0\r\nhello\r\n", SdpProblem::NotSdp),
            ("v=0\r\n\u{7}=1\r\n", SdpProblem::NotSdp),
            ("v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n", SdpProblem::Kind),
            ("v=0\r\nm=audio 9 x 0\r\na=mid:0\r\n", SdpProblem::Credentials),
        ];
        for (sdp, problem) in cases {
            assert_eq!(check(sdp, Purpose::Whip, VP8), Err(problem), "{sdp:?}");
        }
        let without = |part: &str| {
            let text = whip();
            text.lines()
                .filter(|line| !line.starts_with(part))
                .map(|line| format!("{line}\r\n"))
                .collect::<String>()
        };
        assert_eq!(check(&without("a=fingerprint"), Purpose::Whip, VP8), Err(SdpProblem::Fingerprint));
        assert_eq!(check(&without("a=ice-pwd"), Purpose::Whip, VP8), Err(SdpProblem::Credentials));
        assert_eq!(check(&without("a=mid"), Purpose::Whip, VP8), Err(SdpProblem::Mid));
        assert_eq!(check(&without("m="), Purpose::Whip, VP8), Err(SdpProblem::Sections));
        assert_eq!(check(&whip(), Purpose::Whip, "H264/90000"), Err(SdpProblem::Codec));
        assert_eq!(check(&whip(), Purpose::Whep, VP8), Err(SdpProblem::Direction));
        assert_eq!(check(&whip().replace("mid:1", "mid:0"), Purpose::Whip, VP8), Err(SdpProblem::Mid));
        assert_eq!(
            check(&(whip() + &"a=x:y\r\n".repeat(9_000)), Purpose::Whip, VP8),
            Err(SdpProblem::TooLong)
        );
        let many = whip() + &"a=ssrc:1 cname:x\r\n".repeat(65);
        assert_eq!(check(&many, Purpose::Whip, VP8), Err(SdpProblem::Streams));
        assert_eq!(check(&whip().replace(":AB", ":XY"), Purpose::Whip, VP8), Err(SdpProblem::Fingerprint));
    }

    #[test]
    fn an_answer_must_have_the_sections_we_offered() {
        let up = media("audio", "0", "sendonly") + &media("video", "1", "sendonly");
        let down = media("audio", "2", "recvonly") + &media("video", "3", "recvonly");
        let answer = head() + &up + &down;
        let checked = check(&answer, Purpose::Answer { slots: 1 }, VP8).unwrap();
        assert_eq!((checked.audio_down, checked.video_down), (1, 1));
        assert_eq!(check(&answer, Purpose::Answer { slots: 4 }, VP8), Err(SdpProblem::Sections));
        let turned = answer.replace("recvonly", "sendonly");
        assert_eq!(check(&turned, Purpose::Answer { slots: 1 }, VP8), Err(SdpProblem::Direction));
        // Somebody without a camera answers the video section with inactive; that is no mistake.
        let no_camera = answer.replacen("a=mid:1\r\na=sendonly", "a=mid:1\r\na=inactive", 1);
        assert!(check(&no_camera, Purpose::Answer { slots: 1 }, VP8).is_ok());
    }

    #[test]
    fn whep_counts_the_sections_that_receive() {
        let offer = head()
            + &media("audio", "a", "recvonly")
            + &media("video", "b", "recvonly")
            + &media("video", "c", "recvonly");
        let checked = check(&offer, Purpose::Whep, VP8).unwrap();
        assert_eq!((checked.audio_down, checked.video_down), (1, 2));
    }

    #[test]
    fn sections_that_nobody_uses_count_as_well() {
        let offer = |unused: usize, line: &str| {
            let more = |n| media("audio", &format!("u{n}"), line).replace("audio 9", "audio 0");
            head() + &media("video", "v", "recvonly") + &(0..unused).map(more).collect::<String>()
        };
        for line in ["inactive", "sendonly", "recvonly"] {
            assert!(check(&offer(7, line), Purpose::Whep, VP8).is_ok());
            assert_eq!(check(&offer(8, line), Purpose::Whep, VP8), Err(SdpProblem::Sections));
        }
    }

    #[test]
    fn only_an_offer_that_can_be_answered_says_what_its_device_has() {
        let h264 = |sdp: String| sdp.replace("VP8/90000", "H264/90000");
        assert_eq!(video_codecs(&whip(), true), Ok(vec![VideoCodec::Vp8]));
        assert_eq!(video_codecs(&h264(whip()), true), Ok(vec![VideoCodec::H264]));
        let both = whip() + "a=rtpmap:97 H264/90000\r\n";
        assert_eq!(video_codecs(&both, true), Ok(vec![VideoCodec::Vp8, VideoCodec::H264]));
        let sound = head() + &media("audio", "0", "recvonly");
        assert_eq!(video_codecs(&sound, false), Ok(vec![]));
        let garbage = "a=rtpmap:1 H264/90000\r\n";
        assert_eq!(video_codecs(garbage, true), Err(MediaError::Sdp(SdpProblem::NotSdp)));
        assert_eq!(video_codecs(&h264(whip()), false), Err(MediaError::Sdp(SdpProblem::Direction)));
        let other = whip().replace("VP8/90000", "AV1/90000");
        assert_eq!(video_codecs(&other, true), Err(MediaError::Sdp(SdpProblem::Codec)));
    }

    #[test]
    fn any_cut_of_a_good_offer_gives_an_answer() {
        let text = whip();
        for end in 0..text.len() {
            let _ = check(&text[..end], Purpose::Whip, VP8);
        }
    }

    #[test]
    fn our_candidates_stand_in_every_section_once() {
        let ours = "v=0\r\nm=audio 9 x\r\na=mid:0\r\na=candidate:1 1 udp 9 127.0.0.1 5 typ host\r\n\
                    a=candidate:1 2 udp 9 127.0.0.1 5 typ host\r\nm=video 9 x\r\na=mid:1\r\n";
        let candidate = "a=candidate:1 1 udp 9 127.0.0.1 5 typ host\r\n";
        let expected =
            format!("v=0\r\nm=audio 9 x\r\na=mid:0\r\n{candidate}m=video 9 x\r\na=mid:1\r\n{candidate}");
        assert_eq!(spread_candidates(ours), expected);
    }

    #[test]
    fn own_attributes_are_found() {
        assert_eq!(attribute("v=0\r\na=ice-ufrag:abc\r\n", "ice-ufrag"), Some("abc"));
        assert_eq!(attribute("v=0\r\n", "ice-ufrag"), None);
    }
}
