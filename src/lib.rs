//! Tendon: an embeddable tensor runtime behind a C ABI.
//!
//! The floors, top to bottom; every path in the source points downward:
//!
//! ```text
//! c_api                              extern "C" functions and handles
//! optim · interchange · print        what is built on tensors and gradients
//! backward                           walking the graph
//! ops                                one op family, one file
//! apply                              the one door that every op goes through
//! tensor                             the tensor, the node that made it, the op trait
//! storage                            bytes on a device and who owns them
//! cpu · cuda                         memory, threads, kernels: pointers, layouts and numbers
//! view · random · layout · scalar · dtype · device · list · function
//! error
//! ```

pub mod apply;
pub mod backward;
pub mod c_api;
pub mod cpu;
pub mod cuda;
pub mod device;
pub mod dtype;
pub mod error;
pub mod function;
pub mod interchange;
pub mod layout;
pub mod list;
pub mod ops;
pub mod optim;
pub mod print;
pub mod random;
pub mod scalar;
pub mod storage;
pub mod tensor;
pub mod view;
