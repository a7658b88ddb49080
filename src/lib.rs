pub mod cpu;
pub mod device;
pub mod dtype;
pub mod error;
pub mod layout;
pub mod random;
pub mod scalar;
