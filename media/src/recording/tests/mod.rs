//! Real media through the recorder, judged by ffmpeg.

mod clips;
mod disk;
mod files;
mod hanging;
mod hostile;
mod kill;
mod network;
mod rig;
mod room;
mod sinks;
mod units;
mod voices;
