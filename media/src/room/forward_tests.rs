use super::*;

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// A VP8 packet with a 15-bit picture id and TL0PICIDX, as Chromium sends it.
fn picture(sequence: u16, timestamp: u32, id: u16, layer: u8, key: bool) -> Packet {
    let [high, low] = (id | 0x8000).to_be_bytes();
    let head = if key { 0x00 } else { 0x01 };
    let payload = Bytes::copy_from_slice(&[0x90, 0xC0, high, low, layer, head, 1, 2]);
    Packet { ssrc: 7, sequence, timestamp, marker: true, payload }
}

fn sound(sequence: u16, timestamp: u32) -> Packet {
    Packet { ssrc: 8, sequence, timestamp, marker: false, payload: Bytes::from_static(&[1, 2, 3]) }
}

fn id_of(packet: &Packet) -> u16 {
    vp8(&packet.payload).unwrap().picture.unwrap().id
}

#[test]
fn a_packet_is_accepted_once_however_it_is_repeated_or_late() {
    let mut window = Window::new();
    let first = window.accept(65_530).unwrap();
    assert_eq!(window.accept(65_530), None);
    assert_eq!(window.accept(2), Some(first + 8), "over the wrap");
    assert_eq!(window.accept(65_535), Some(first + 5), "late but new");
    assert_eq!(window.accept(65_535), None);
    assert_eq!(window.accept(65_529), Some(first - 1), "older than the first");
    assert_eq!(window.accept(2_000), Some(first + 2_006));
    assert_eq!(window.accept(65_531), None, "too old to tell");
    assert_eq!(window.accept(1_999), Some(first + 2_005));
}

#[test]
fn a_window_of_duplicates_lets_each_number_through_exactly_once() {
    let mut window = Window::new();
    let mut passed = 0;
    for round in 0..70_000_u32 {
        for back in [0, 3, 1] {
            passed += u32::from(window.accept((round as u16).wrapping_sub(back)).is_some());
        }
    }
    // Each of the rounds once, and the three numbers before the first one.
    assert_eq!(passed, 70_000 + 3);
}

#[test]
fn key_frames_are_told_from_deltas_and_from_rubbish() {
    assert!(key_start(VideoCodec::Vp8, &picture(1, 1, 1, 1, true).payload));
    assert!(!key_start(VideoCodec::Vp8, &picture(1, 1, 1, 1, false).payload));
    assert!(key_start(VideoCodec::Vp8, &[0x10, 0x00]), "no extension byte");
    assert!(!key_start(VideoCodec::Vp8, &[0x00, 0x00]), "not the start of a partition");
    for rubbish in [&[][..], &[0x90], &[0x90, 0x80], &[0x90, 0x80, 0x80], &[0xFF; 3]] {
        assert!(!key_start(VideoCodec::Vp8, rubbish), "{rubbish:?}");
    }
    assert!(key_start(VideoCodec::H264, &[0x67, 1, 2]));
    assert!(key_start(VideoCodec::H264, &[0x65, 1, 2]));
    assert!(!key_start(VideoCodec::H264, &[0x41, 1, 2]));
    assert!(key_start(VideoCodec::H264, &[24, 0, 2, 0x67, 1, 0, 1, 0x68]));
    assert!(key_start(VideoCodec::H264, &[24, 0, 2, 0x06, 1, 0, 1, 0x65]));
    assert!(!key_start(VideoCodec::H264, &[24, 0, 2, 0x06, 1, 0, 1, 0x41]));
    assert!(!key_start(VideoCodec::H264, &[24, 0xFF, 0xFF]));
    assert!(key_start(VideoCodec::H264, &[28, 0x85, 1]));
    assert!(!key_start(VideoCodec::H264, &[28, 0x05, 1]), "not the first fragment");
    assert!(!key_start(VideoCodec::H264, &[]));
}

#[test]
fn requests_are_coalesced_and_repeated_until_answered() {
    let start = Instant::now();
    let mut keys = KeyFrames::default();
    assert!(!keys.ask(start), "nobody wants one");
    keys.want();
    keys.want();
    assert!(keys.ask(start));
    keys.want();
    assert!(!keys.ask(start + ms(399)));
    assert!(keys.ask(start + ms(400)));
    assert!(keys.ask(start + ms(800)), "no answer yet");
    keys.arrived();
    assert!(!keys.ask(start + ms(1_300)));
    keys.want();
    assert!(keys.ask(start + ms(1_301)));
    // Ahead of a receiver that is about to begin: once a period as well, and nobody repeats it.
    keys.arrived();
    assert!(!keys.ask_ahead(start + ms(1_700)));
    assert!(keys.ask_ahead(start + ms(1_701)) && !keys.wanted());
    keys.want();
    let asked = (0..40).filter(|step| keys.ask(start + ms(2_200 + step * 400))).count();
    assert!(asked < 20, "a dark camera is asked less often: {asked}");
}

#[test]
fn a_switch_of_the_source_is_one_continuous_stream() {
    let start = Instant::now();
    let mut line = Line::new(Kind::Video);
    assert!(line.needs_key('a'));
    assert_eq!(line.pass('a', 100, &picture(100, 5_000, 9, 3, false), VideoCodec::Vp8, start), None);
    let first = line.pass('a', 101, &picture(101, 6_000, 10, 4, true), VideoCodec::Vp8, start).unwrap();
    assert_eq!((first.sequence, first.timestamp, id_of(&first)), (101, 6_000, 10));
    assert!(!line.needs_key('a'));
    let second = line
        .pass('a', 102, &picture(102, 9_000, 0x7FFF, 255, false), VideoCodec::Vp8, start + ms(33))
        .unwrap();
    assert_eq!(second.sequence, 102);

    // Another person: deltas are held back, the key frame continues everything.
    let other = start + ms(133);
    assert_eq!(line.pass('b', 7_000, &picture(7_000, 77, 500, 90, false), VideoCodec::Vp8, other), None);
    assert!(line.needs_key('b'));
    let key = line.pass('b', 7_001, &picture(7_001, 3_077, 501, 91, true), VideoCodec::Vp8, other).unwrap();
    assert_eq!((key.sequence, id_of(&key)), (103, 0), "picture id wraps at 15 bits");
    assert_eq!(key.timestamp, 9_000 + 9_000, "100 ms at 90 kHz");
    assert_eq!(key.payload[4], 0, "TL0PICIDX wraps at 8 bits");
    let next = line
        .pass('b', 7_003, &picture(7_003, 6_077, 503, 92, false), VideoCodec::Vp8, other + ms(33))
        .unwrap();
    assert_eq!((next.sequence, next.timestamp, id_of(&next)), (105, 21_000, 2), "gaps stay gaps");
    let late = line
        .pass('b', 7_002, &picture(7_002, 6_077, 502, 92, false), VideoCodec::Vp8, other + ms(34))
        .unwrap();
    assert_eq!((late.sequence, id_of(&late)), (104, 1));
    assert_eq!(
        line.pass('b', 7_000, &picture(7_000, 77, 500, 90, false), VideoCodec::Vp8, other + ms(35)),
        None
    );

    // The same person after an empty slot begins with a key frame too.
    line.vacate();
    assert_eq!(
        line.pass('b', 7_004, &picture(7_004, 9_077, 504, 93, false), VideoCodec::Vp8, other + ms(40)),
        None
    );
    let again = line
        .pass('b', 7_005, &picture(7_005, 12_077, 505, 94, true), VideoCodec::Vp8, other + ms(73))
        .unwrap();
    assert_eq!((again.sequence, id_of(&again)), (106, 3));
    assert!(again.timestamp.wrapping_sub(next.timestamp) < 90_000);
}

#[test]
fn sound_needs_no_key_frame_and_never_goes_back_in_time() {
    let start = Instant::now();
    let mut line = Line::new(Kind::Audio);
    let first = line.pass('a', 50, &sound(50, 48_000), VideoCodec::Vp8, start).unwrap();
    assert_eq!((first.sequence, first.timestamp), (50, 48_000));
    let other = line.pass('b', 9, &sound(9, 0xFFFF_FFFF), VideoCodec::Vp8, start + ms(20)).unwrap();
    assert_eq!((other.sequence, other.timestamp), (51, 48_960));
    let same_instant = line.pass('a', 51, &sound(51, 3), VideoCodec::Vp8, start + ms(20)).unwrap();
    assert_eq!((same_instant.sequence, same_instant.timestamp), (52, 48_961));
}

#[test]
fn short_picture_ids_stay_short() {
    let start = Instant::now();
    let short = |id: u8| Packet {
        ssrc: 1,
        sequence: u16::from(id),
        timestamp: 1,
        marker: true,
        payload: Bytes::copy_from_slice(&[0x90, 0x80, id, 0x00]),
    };
    let mut line = Line::new(Kind::Video);
    line.pass('a', 10, &short(127), VideoCodec::Vp8, start).unwrap();
    let next = line.pass('b', 20, &short(5), VideoCodec::Vp8, start).unwrap();
    assert_eq!(next.payload.as_ref(), &[0x90, 0x80, 0, 0x00]);
}

#[test]
fn people_keep_their_slot() {
    assert_eq!(seat(&[None; 4], &['a', 'b']), vec![Some('a'), Some('b'), None, None]);
    assert_eq!(seat(&[Some('a'), Some('b'), None], &['b', 'c']), vec![Some('c'), Some('b'), None]);
    assert_eq!(seat(&[Some('a')], &['a', 'b']), vec![Some('a')]);
    assert_eq!(seat::<char>(&[Some('a')], &[]), vec![None]);
}
