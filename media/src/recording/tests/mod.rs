//! Real media through the recorder, judged by ffmpeg.

mod clips;
mod disk;
mod files;
mod hostile;
mod kill;
mod network;
mod rig;
mod units;
mod voices;
