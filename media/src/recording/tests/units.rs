//! Small truths that real media does not reach.

use bytes::Bytes;

use crate::recording::opus_packet::{conceal, duration, silence};
use crate::recording::place::{Placement, lip_shift};
use crate::recording::reorder::{Ordered, Reorder};
use crate::recording::timeline::{Placed, Timeline};
use crate::recording::vp8;

fn run(packets: &[(u16, i64)]) -> Vec<Ordered<u16>> {
    let (mut reorder, mut out) = (Reorder::new(400), Vec::new());
    for (sequence, arrival) in packets {
        reorder.push(*sequence, *arrival, *sequence, &mut out);
    }
    reorder.flush(&mut out);
    out
}

#[test]
fn order_is_restored_across_the_wrap() {
    use Ordered::Packet;
    assert_eq!(
        run(&[(65_534, 0), (0, 1), (65_535, 2), (1, 3)]),
        [Packet(65_534), Packet(65_535), Packet(0), Packet(1)]
    );
}

#[test]
fn a_missing_packet_is_waited_for_and_given_up() {
    use Ordered::{Lost, Packet};
    assert_eq!(run(&[(1, 0), (3, 10), (4, 409), (2, 409)]), [Packet(1), Packet(2), Packet(3), Packet(4)]);
    assert_eq!(run(&[(1, 0), (3, 10), (4, 411), (2, 411)]), [Packet(1), Lost(1), Packet(3), Packet(4)]);
}

#[test]
fn waiting_is_bounded_by_number_too() {
    let packets: Vec<(u16, i64)> = std::iter::once((0, 0)).chain((2..2_000).map(|n| (n, 0))).collect();
    let (mut reorder, mut out) = (Reorder::new(400), Vec::new());
    for (sequence, arrival) in packets {
        reorder.push(sequence, arrival, sequence, &mut out);
    }
    assert_eq!(out.get(1), Some(&Ordered::Lost(1)));
    assert_eq!(out.len(), 2_000);
}

#[test]
fn one_stray_packet_is_ignored_two_begin_anew() {
    use Ordered::{Packet, Restart};
    assert_eq!(run(&[(50_000, 0), (9, 1), (50_001, 2)]), [Packet(50_000), Packet(50_001)]);
    assert_eq!(
        run(&[(50_000, 0), (30_000, 1), (30_001, 2), (30_002, 3)]),
        [Packet(50_000), Restart, Packet(30_001), Packet(30_002)]
    );
}

#[test]
fn time_goes_on_over_the_wrap_and_over_half_a_day() {
    let mut line = Timeline::new(90_000);
    line.place(u32::MAX - 44_999, 0);
    assert_eq!(line.place(45_000, 1_000), Placed { ticks: 90_000, jumped: false });
    // 20 hours of silence are more than one turn of the counter (13.3 h at 90 kHz).
    let hours = 20 * 3_600 * 90_000_i64;
    let placed = line.place(45_000_u32.wrapping_add(hours as u32), 1_000 + 20 * 3_600_000);
    assert_eq!(placed, Placed { ticks: 90_000 + hours, jumped: false });
}

#[test]
fn a_jumping_sender_clock_follows_the_wall() {
    let mut line = Timeline::new(48_000);
    line.place(1_000, 0);
    assert_eq!(line.place(500_000_000, 20), Placed { ticks: 960, jumped: true });
    assert_eq!(line.place(500_000_960, 40), Placed { ticks: 1_920, jumped: false });
    assert_eq!(line.place(7, 60), Placed { ticks: 2_880, jumped: true });
    // A small step back is flattened, and the next one lands where it should.
    assert_eq!(line.place(7 - 5, 80), Placed { ticks: 2_880, jumped: false });
    assert_eq!(line.place(7 + 960, 80), Placed { ticks: 3_840, jumped: false });
}

#[test]
fn opus_says_how_long_it_is() {
    // Mono SILK NB 60 ms; CELT FB 2.5 ms; two frames of 20 ms; code 3 with six frames of 20 ms; more than 120 ms.
    for (packet, samples) in [
        (vec![3 << 3, 1], Some(2_880)),
        (vec![28 << 3, 1], Some(120)),
        (vec![(31 << 3) | 1, 1, 2], Some(1_920)),
        (vec![(31 << 3) | 3, 6, 1], Some(5_760)),
        (vec![(31 << 3) | 3, 7, 1], None),
        (vec![(31 << 3) | 3, 0], None),
        (vec![(31 << 3) | 3], None),
        (vec![], None),
    ] {
        assert_eq!(duration(&packet), samples, "{packet:?}");
    }
}

#[test]
fn fillers_are_as_long_as_the_gap() {
    let mut decoder = opus::Decoder::new(48_000, opus::Channels::Mono).unwrap();
    for samples in [120, 1_000, 5_760, 48_000 * 3 + 480 + 120] {
        let mut filled = 0;
        for (packet, length) in silence(samples) {
            let mut room = [7_i16; 5_760];
            assert_eq!(duration(&packet), Some(length));
            assert_eq!(decoder.decode(&packet, &mut room, false).unwrap() as i64, length);
            assert!(room[..length as usize].iter().all(|sample| sample.abs() <= 1));
            filled += length;
        }
        assert_eq!(filled, samples / 120 * 120);
    }
    for like in [vec![0x78, 9, 9], vec![0x79, 9, 9], vec![0x7B, 0x83, 9, 9]] {
        let filler = conceal(&like).unwrap();
        let mut room = [0_i16; 5_760];
        assert_eq!(decoder.decode(&filler, &mut room, false).unwrap() as i64, duration(&like).unwrap());
    }
}

#[test]
fn vp8_descriptors_of_all_kinds() {
    let part = |bytes: &[u8]| {
        vp8::part(&Bytes::copy_from_slice(bytes)).map(|part| (part.starts, part.data.to_vec()))
    };
    assert_eq!(part(&[0x10, 1]), Some((true, vec![1])));
    assert_eq!(part(&[0x00, 1]), Some((false, vec![1])));
    assert_eq!(part(&[0x11, 1]), Some((false, vec![1])));
    assert_eq!(part(&[0x90, 0x80, 0x12, 1]), Some((true, vec![1])));
    assert_eq!(part(&[0x90, 0x80, 0x92, 0x34, 1]), Some((true, vec![1])));
    assert_eq!(part(&[0x90, 0xF0, 0x92, 0x34, 5, 6, 1]), Some((true, vec![1])));
    assert_eq!(part(&[0x90, 0xF0, 0x92, 0x34, 5, 6]), None);
    assert_eq!(part(&[0x90]), None);
}

#[test]
fn placement_tells_a_stall_from_a_burst() {
    let points =
        |delay: &dyn Fn(i64) -> i64| (0..60).map(|s| (s * 1_000, 5_000 + delay(s))).collect::<Vec<_>>();
    let stall = Placement::new(&points(&|s| if s < 20 { 0 } else { 3_000 }), 5_000);
    assert_eq!((stall.offset(19_999), stall.offset(20_000)), (5_000, 8_000));
    let burst = Placement::new(
        &points(&|s| {
            if (20..24).contains(&s) { (24 - s) * 1_000 } else { 0 }
        }),
        5_000,
    );
    assert_eq!((burst.offset(19_999), burst.offset(21_000), burst.offset(30_000)), (5_000, 5_000, 5_000));
    // ±200 ppm over an hour: 720 ms, followed to within 40 ms.
    for drift in [-200, 200] {
        let points: Vec<_> = (0..3_600).map(|s| (s * 1_000, 5_000 + s * 1_000 * drift / 1_000_000)).collect();
        let placement = Placement::new(&points, 5_000);
        for s in 0..3_600 {
            let off = placement.offset(s * 1_000) - (5_000 + s * 1_000 * drift / 1_000_000);
            assert!(off.abs() <= 42, "{off} at {s}");
        }
    }
    assert_eq!(Placement::new(&[], 7).offset(99), 7);
}

#[test]
fn lips_move_only_by_what_is_believable() {
    assert_eq!(lip_shift(Some(100), Some(250)), -150);
    assert_eq!(lip_shift(Some(100), Some(9_250)), 0);
    assert_eq!(lip_shift(None, Some(250)), 0);
}
