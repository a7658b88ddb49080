//! DLPack 1.x: a tensor's memory handed to another library, or taken from one, without a copy.
//!
//! The structs are those of the standard, read from and written to memory that both sides see. What it says by an
//! enumeration is an integer here: another version may have other numbers.

pub mod export;
pub mod import;

use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::storage::release::ReleaseQueue;
use std::ffi::c_void;
use std::mem::offset_of;
use std::ptr::null_mut;

/// `DLDevice`
#[repr(C)]
#[derive(Clone, Copy)]
pub struct DlDevice {
    pub kind: i32,
    pub id: i32,
}

/// `DLDataType`
#[repr(C)]
#[derive(Clone, Copy)]
pub struct DlDataType {
    pub code: u8,
    pub bits: u8,
    pub lanes: u16,
}

/// `DLTensor`: element `[i0, i1, …]` lies at `data` + `byte_offset` + Σ i·stride elements.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct DlTensor {
    pub data: *mut c_void,
    pub device: DlDevice,
    pub ndim: i32,
    pub dtype: DlDataType,
    pub shape: *mut i64,
    /// In elements; NULL is C order.
    pub strides: *mut i64,
    pub byte_offset: u64,
}

/// `DLManagedTensor`, the form without a version.
#[repr(C)]
pub struct DlManagedTensor {
    pub dl_tensor: DlTensor,
    pub manager_ctx: *mut c_void,
    pub deleter: Option<Deleter<DlManagedTensor>>,
}

/// `DLManagedTensorVersioned`. All majors agree on the fields before `flags`.
#[repr(C)]
pub struct DlManagedTensorVersioned {
    pub version: DlVersion,
    pub manager_ctx: *mut c_void,
    pub deleter: Option<Deleter<DlManagedTensorVersioned>>,
    pub flags: u64,
    pub dl_tensor: DlTensor,
}

/// `DLPackVersion`
#[repr(C)]
#[derive(Clone, Copy)]
pub struct DlVersion {
    pub major: u32,
    pub minor: u32,
}

/// Ends the producer's side, its argument included.
pub type Deleter<M> = unsafe extern "C" fn(managed: *mut M);

const _: () = {
    assert!(size_of::<DlTensor>() == 48 && offset_of!(DlTensor, device) == 8 && offset_of!(DlTensor, ndim) == 16);
    assert!(offset_of!(DlTensor, dtype) == 20 && size_of::<DlDataType>() == 4 && offset_of!(DlTensor, shape) == 24);
    assert!(offset_of!(DlTensor, strides) == 32 && offset_of!(DlTensor, byte_offset) == 40);
    assert!(size_of::<DlManagedTensor>() == 64 && offset_of!(DlManagedTensor, dl_tensor) == 0);
    assert!(offset_of!(DlManagedTensor, manager_ctx) == 48 && offset_of!(DlManagedTensor, deleter) == 56);
    assert!(size_of::<DlManagedTensorVersioned>() == 80 && offset_of!(DlManagedTensorVersioned, manager_ctx) == 8);
    assert!(offset_of!(DlManagedTensorVersioned, deleter) == 16 && offset_of!(DlManagedTensorVersioned, flags) == 24);
    assert!(offset_of!(DlManagedTensorVersioned, dl_tensor) == 32);
};

/// What is written. Every field keeps what 1.3 asks for, too.
pub const VERSION: DlVersion = DlVersion { major: 1, minor: 1 };

pub const FLAG_READ_ONLY: u64 = 1;
/// The consumer has the memory to itself.
pub const FLAG_IS_COPIED: u64 = 2;

/// The two forms of a managed tensor.
pub trait Managed: Sized {
    /// Whether it can say that memory must not be written.
    const HAS_FLAGS: bool;

    /// A tensor to be handed out, at most of version `at_most`.
    fn new(
        tensor: DlTensor,
        flags: u64,
        at_most: Option<DlVersion>,
        context: *mut c_void,
        deleter: Deleter<Self>,
    ) -> Self;

    fn context(&self) -> *mut c_void;

    /// The version, where it is of another major one: such a struct cannot be read, but for its deleter.
    ///
    /// # Safety
    /// `managed` is a struct of any version.
    unsafe fn unreadable(managed: *mut Self) -> Option<DlVersion>;

    fn tensor(&self) -> &DlTensor;

    fn read_only(&self) -> bool;

    fn deleter(&self) -> Option<Deleter<Self>>;
}

impl Managed for DlManagedTensor {
    const HAS_FLAGS: bool = false;

    fn new(tensor: DlTensor, _: u64, _: Option<DlVersion>, context: *mut c_void, deleter: Deleter<Self>) -> Self {
        DlManagedTensor { dl_tensor: tensor, manager_ctx: context, deleter: Some(deleter) }
    }

    fn context(&self) -> *mut c_void {
        self.manager_ctx
    }

    unsafe fn unreadable(_: *mut Self) -> Option<DlVersion> {
        None
    }

    fn tensor(&self) -> &DlTensor {
        &self.dl_tensor
    }

    fn read_only(&self) -> bool {
        false
    }

    fn deleter(&self) -> Option<Deleter<Self>> {
        self.deleter
    }
}

impl Managed for DlManagedTensorVersioned {
    const HAS_FLAGS: bool = true;

    fn new(
        tensor: DlTensor,
        flags: u64,
        at_most: Option<DlVersion>,
        context: *mut c_void,
        deleter: Deleter<Self>,
    ) -> Self {
        let minor = match at_most {
            Some(DlVersion { major: 1, minor }) => minor.min(VERSION.minor),
            _ => VERSION.minor,
        };
        let version = DlVersion { minor, ..VERSION };
        DlManagedTensorVersioned { version, manager_ctx: context, deleter: Some(deleter), flags, dl_tensor: tensor }
    }

    fn context(&self) -> *mut c_void {
        self.manager_ctx
    }

    unsafe fn unreadable(managed: *mut Self) -> Option<DlVersion> {
        // SAFETY: the version is where it is in every version.
        let version = unsafe { (*managed).version };
        (version.major != VERSION.major).then_some(version)
    }

    fn tensor(&self) -> &DlTensor {
        &self.dl_tensor
    }

    fn read_only(&self) -> bool {
        self.flags & FLAG_READ_ONLY != 0
    }

    fn deleter(&self) -> Option<Deleter<Self>> {
        self.deleter
    }
}

// ---- what the caller wishes ----

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Copying {
    IfNeeded,
    Always,
    Never,
}

pub struct Wish {
    pub copying: Copying,
    pub device: Option<Device>,
    /// The other side's stream, as DLPack numbers streams.
    pub stream: i64,
    /// That stream lives until the deleter is called.
    pub stream_stays_valid: bool,
    pub max_version: Option<DlVersion>,
    /// Where the call of an imported struct's deleter is to wait.
    pub release_queue: Option<ReleaseQueue>,
}

impl Wish {
    /// The other side's stream as CUDA knows it; none where nothing is to be waited for.
    fn native_stream(&self) -> Result<Option<*mut c_void>> {
        match self.stream {
            -1 => Ok(None),
            // The legacy default stream, and that of each thread, which CUDA itself calls so.
            1 => Ok(Some(null_mut())),
            2.. => Ok(Some(self.stream as usize as *mut c_void)),
            0 => fail!(
                INVALID_ARGUMENT,
                "options.stream is 0, which DLPack forbids for CUDA: 1 is the legacy default stream, 2 that of each \
                 thread, -1 none"
            ),
            other => fail!(INVALID_ARGUMENT, "options.stream is {other}, expected -1, 1, 2 or a cudaStream_t"),
        }
    }
}

// ---- numbers ----

const INT: u8 = 0;
const UINT: u8 = 1;
const FLOAT: u8 = 2;
const BFLOAT: u8 = 4;
const BOOL: u8 = 6;

const CPU: i32 = 1;
const CUDA: i32 = 2;
const CUDA_HOST: i32 = 3;
const CUDA_MANAGED: i32 = 13;

fn type_of(dtype: DType) -> DlDataType {
    use DType::*;
    let code = match dtype {
        Bool => BOOL,
        U8 | U16 | U32 | U64 => UINT,
        I8 | I16 | I32 | I64 => INT,
        BF16 => BFLOAT,
        F16 | F32 | F64 => FLOAT,
    };
    DlDataType { code, bits: dtype.size() as u8 * 8, lanes: 1 }
}

fn dtype_of(ty: DlDataType) -> Result<DType> {
    let DlDataType { code, bits, lanes } = ty;
    let name = type_name(code);
    if lanes != 1 {
        fail!(UNSUPPORTED, "managed has elements of {lanes} lanes ({name}{bits}x{lanes}), expected 1");
    }
    let found = DType::ALL.iter().find(|&&dtype| {
        let known = type_of(dtype);
        (known.code, known.bits) == (code, bits)
    });
    match (found, code) {
        (Some(dtype), _) => Ok(*dtype),
        (None, INT | UINT | FLOAT | BFLOAT | BOOL) => {
            fail!(UNSUPPORTED, "managed has elements of type {name}{bits}, which has no dtype here")
        }
        (None, 3 | 5 | 7..=17) => fail!(UNSUPPORTED, "managed has elements of type {name}, which has no dtype here"),
        _ => fail!(DTYPE, "managed->dl_tensor.dtype.code is {code}, which is no type of DLPack {}.x", VERSION.major),
    }
}

/// Without the bits where they are in the name.
fn type_name(code: u8) -> &'static str {
    const NAMES: [&str; 18] = [
        "int",
        "uint",
        "float",
        "opaque handle",
        "bfloat",
        "complex",
        "bool",
        "float8_e3m4",
        "float8_e4m3",
        "float8_e4m3b11fnuz",
        "float8_e4m3fn",
        "float8_e4m3fnuz",
        "float8_e5m2",
        "float8_e5m2fnuz",
        "float8_e8m0fnu",
        "float6_e2m3fn",
        "float6_e3m2fn",
        "float4_e2m1fn",
    ];
    NAMES.get(code as usize).copied().unwrap_or("unknown")
}

fn device_name(kind: i32) -> &'static str {
    match kind {
        4 => "OpenCL",
        7 => "Vulkan",
        8 => "Metal",
        9 => "VPI",
        10 => "ROCm",
        11 => "pinned ROCm",
        12 => "extension",
        14 => "oneAPI",
        15 => "WebGPU",
        16 => "Hexagon",
        17 => "MAIA",
        18 => "Trainium",
        _ => "unknown",
    }
}
