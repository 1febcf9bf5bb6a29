//! The program: REST and socket on HTTPS, sign-in, and the one place that puts all crates together.

pub mod addresses;
pub mod auth;
pub mod body;
pub mod command;
pub mod config;
pub mod demo;
pub mod encounter_page;
pub mod listening;
pub mod openapi;
pub mod preflight;
pub mod problem;
pub mod qr;
pub mod recordings;
pub mod routes;
pub mod serve;
pub mod state;
pub mod tls;
pub mod trust;
pub mod web;
