//! Real media through the recorder, judged by ffmpeg.

mod clips;
mod files;
mod rig;
