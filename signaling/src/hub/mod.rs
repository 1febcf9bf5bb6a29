//! The hub: which devices are connected, and what each still has to hear. One task owns all of it; others send it
//! values. It is memory only: whoever comes back after a restart gets everything anew.

mod stream;
mod task;

use tokio::sync::{mpsc, oneshot};
use yoban_domain::id::{AssociationId, DeviceId, PatientId, PersonId};
use yoban_domain::people::{Actor, Who};
use yoban_domain::wire::signal::{ServerFrame, ServerMessage, StreamPosition};

/// Values that may wait for the hub. More waiting means the hub is stuck; senders then wait too.
const QUEUE: usize = 4096;
/// Frames that may wait for one socket. A device that reads slower is cut off and resumes.
pub const SOCKET_QUEUE: usize = 256;

/// What the hub tells a socket's task.
#[derive(Debug)]
pub enum Out {
    /// Send this.
    Frame(Box<ServerFrame>),
    /// Close with this code.
    Close(u16),
}

/// A socket that was let in.
#[derive(Debug)]
pub struct Opened {
    /// Tells sockets of one device apart.
    pub socket: u64,
    /// Name of the device's stream.
    pub stream: String,
    /// What was missed is on its way; otherwise the device must be told everything.
    pub resumed: bool,
}

/// Whom a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// One device.
    Device(DeviceId),
    /// Every device of a member of staff.
    Person(PersonId),
    /// Every tablet of a patient.
    Patient(PatientId),
}

/// A connected device.
#[derive(Clone, Copy, Debug)]
pub struct Connected {
    /// Who it speaks for.
    pub actor: Actor,
    /// It may ring.
    pub ready: bool,
}

pub(crate) enum Command {
    Open {
        actor: Actor,
        device: DeviceId,
        resume: Option<StreamPosition>,
        out: mpsc::Sender<Out>,
        reply: oneshot::Sender<Opened>,
    },
    Closed {
        device: DeviceId,
        socket: u64,
    },
    Ready {
        device: DeviceId,
        socket: u64,
        ready: bool,
    },
    Send {
        to: Audience,
        message: Box<ServerMessage>,
    },
    Connected {
        association: AssociationId,
        reply: oneshot::Sender<Vec<Connected>>,
    },
    ReadyDevices {
        person: PersonId,
        reply: oneshot::Sender<u32>,
    },
    CloseAll {
        code: u16,
        reply: oneshot::Sender<()>,
    },
}

/// Handle to the hub. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hub(mpsc::Sender<Command>);

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Command")
    }
}

impl Hub {
    /// A hub on a task of its own; it ends when the last handle is gone.
    pub fn start(clock: crate::clock::Clock) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(task::run(receiver, clock));
        Self(sender)
    }

    /// A socket said hello. An older socket of the same device is closed with 4009.
    pub async fn open(
        &self,
        actor: Actor,
        device: DeviceId,
        resume: Option<StreamPosition>,
        out: mpsc::Sender<Out>,
    ) -> Option<Opened> {
        self.ask(|reply| Command::Open { actor, device, resume, out, reply }).await
    }

    /// A socket is gone.
    pub async fn closed(&self, device: DeviceId, socket: u64) {
        self.tell(Command::Closed { device, socket }).await;
    }

    /// A device may ring, or no longer. What an older socket of it says late no longer counts.
    pub async fn ready(&self, device: DeviceId, socket: u64, ready: bool) {
        self.tell(Command::Ready { device, socket, ready }).await;
    }

    /// Sends a message; devices that are away get it when they resume.
    pub async fn send(&self, to: Audience, message: ServerMessage) {
        self.tell(Command::Send { to, message: Box::new(message) }).await;
    }

    /// Everybody connected in an association.
    pub async fn connected(&self, association: AssociationId) -> Vec<Connected> {
        self.ask(|reply| Command::Connected { association, reply }).await.unwrap_or_default()
    }

    /// How many devices of a person are connected and may ring.
    pub async fn ready_devices(&self, person: PersonId) -> u32 {
        self.ask(|reply| Command::ReadyDevices { person, reply }).await.unwrap_or_default()
    }

    /// Closes every socket, when the server goes down in order.
    pub async fn close_all(&self, code: u16) {
        self.ask(|reply| Command::CloseAll { code, reply }).await;
    }

    async fn tell(&self, command: Command) {
        // The hub lives as long as any handle; without it there is nobody to tell.
        let _gone = self.0.send(command).await;
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.tell(command(reply)).await;
        answer.await.ok()
    }
}

/// Whether a device with this actor belongs to an audience.
pub(crate) fn belongs(actor: &Actor, device: DeviceId, to: Audience) -> bool {
    match (to, actor.who) {
        (Audience::Device(d), _) => d == device,
        (Audience::Person(p), Who::Staff { person, .. }) => p == person,
        (Audience::Patient(p), Who::Tablet { patient }) => p == patient,
        (Audience::Person(_) | Audience::Patient(_), _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;
    use yoban_domain::people::Role;
    use yoban_domain::time::Timestamp;

    #[tokio::test]
    async fn only_the_newest_socket_of_a_device_says_whether_it_may_ring() {
        let hub = Hub::start(crate::clock::Clock::Virtual(crate::clock::VirtualClock::at(Timestamp(0))));
        let (device, person) = (DeviceId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        let who = Who::Staff { person, role: Role::DeskNurse };
        let actor = Actor { who, association: Uuid::from_u128(3).into(), device: Some(device) };
        let (old_out, mut old_in) = mpsc::channel(8);
        let (new_out, _new_in) = mpsc::channel(8);
        let old = hub.open(actor, device, None, old_out).await.unwrap().socket;
        hub.ready(device, old, true).await;
        assert_eq!(hub.ready_devices(person).await, 1);
        let new = hub.open(actor, device, None, new_out).await.unwrap().socket;
        assert!(matches!(old_in.recv().await, Some(Out::Close(yoban_domain::wire::close::REPLACED))));
        hub.ready(device, old, true).await;
        assert_eq!(hub.ready_devices(person).await, 0, "a tab that is gone does not put the new one on duty");
        hub.ready(device, new, true).await;
        hub.ready(device, old, false).await;
        hub.closed(device, old).await;
        assert_eq!(hub.ready_devices(person).await, 1, "nor silences it");
    }
}
