//! A room whose engine fails begins anew and takes nobody with it.

use std::net::{IpAddr, Ipv4Addr};

use uuid::Uuid;
use yoban_domain::time::Timestamp;

use super::*;
use crate::room::Member;
use crate::room::forward::VideoCodec;

fn session(n: u128) -> SessionId {
    SessionId(Uuid::from_u128(n))
}

fn connection(n: u128) -> ConnectionId {
    ConnectionId(Uuid::from_u128(n))
}

fn plan(n: u128) -> RoomPlan {
    let member = Member { leg: LegId(Uuid::from_u128(n)), open: true, record: false };
    RoomPlan { session: session(n), members: vec![member], recording: false, codec: VideoCodec::Vp8 }
}

/// The answer of the shard to somebody who connects.
fn joins(shard: &mut Shard, n: u128, as_connection: u128) -> Result<String, MediaError> {
    let (reply, mut answer) = oneshot::channel();
    let leg = LegId(Uuid::from_u128(n));
    let connection = connection(as_connection);
    shard.command(Instant::now(), Command::Offer { session: session(n), leg, connection, reply });
    answer.try_recv().unwrap()
}

#[test]
fn a_room_that_fails_begins_anew_with_its_plan_and_the_others_go_on() {
    let (sockets, udp, _) = Sockets::bind(&[IpAddr::V4(Ipv4Addr::LOCALHOST)], 0).unwrap();
    let (_commands, inbox) = std::sync::mpsc::sync_channel(1);
    let (events, mut reader) = mpsc::channel(16);
    let local = Arc::new(Local { candidates: udp });
    let clock: Clock = Arc::new(|| Timestamp(0));
    let (mut shard, _waker) = Shard::new(sockets, local, inbox, events, clock, None).unwrap();
    for n in [1, 2] {
        shard.command(Instant::now(), Command::Apply(plan(n)));
        assert!(joins(&mut shard, n, 10 + n).unwrap().starts_with("v=0"));
    }

    let ran: Option<()> = shard.with_room(session(1), |_, _| panic!("a fault made by the test"));
    assert_eq!(ran, None);
    shard.deliver();
    let (leg, gone) = (LegId(Uuid::from_u128(1)), connection(11));
    let told: Vec<_> = std::iter::from_fn(|| reader.try_recv().ok()).collect();
    assert!(
        matches!(&told[..], [
            MediaEvent::Failed { session: s, leg: l, connection: c, reason: FailReason::Engine },
            MediaEvent::Gone { session: t, leg: m, connection: d },
        ] if (s, l, c) == (&session(1), &leg, &gone) && (t, m, d) == (&session(1), &leg, &gone)),
        "{told:?}"
    );
    assert_eq!(shard.snapshot().shard.broken_rooms, 1);
    assert_eq!(shard.rooms[&session(1)].plan(), &plan(1), "who may be in it is still known");
    let left: Vec<_> = shard.snapshot().connections.iter().map(|c| c.connection).collect();
    assert_eq!(left, [connection(12)], "the other call goes on");
    assert_eq!(shard.homes.keys().collect::<Vec<_>>(), [&connection(12)]);
    // Under the same id, as after any other end: the connection has left nothing behind.
    assert!(joins(&mut shard, 1, 11).is_ok());
}
