//! A tensor of another library: its memory is borrowed until the last use ends, then its deleter is called.

use super::{
    CPU, CUDA, CUDA_HOST, CUDA_MANAGED, Copying, Deleter, DlDevice, DlTensor, DlVersion, Managed, VERSION, Wish,
    device_name, dtype_of,
};
use crate::cuda::transfer::{self, Place};
use crate::cuda::{self, Event};
use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;
use crate::fail;
use crate::layout::{self, Dims, Layout, MAX_RANK, contiguous_strides};
use crate::ops::copy;
use crate::storage::Storage;
use crate::storage::release::{Call, Release, ReleaseFn};
use crate::tensor::Tensor;
use std::ffi::c_void;

/// The tensor of `managed`, given to `finish`. When all succeeds the library owns `managed`; when anything fails it is as
/// it was and still the caller's, but for one of another major version, whose deleter was due.
///
/// # Safety
/// `managed` is NULL or a producer's struct, whose pointers hold what it says. `wish.stream` is -1, 1, 2 or a live stream
/// of its device.
pub unsafe fn import<M: Managed>(
    managed: *mut M,
    wish: &Wish,
    finish: impl FnOnce(Tensor) -> Result<()>,
) -> Result<()> {
    if managed.is_null() {
        fail!(NULL_POINTER, "managed is NULL");
    }
    if !managed.is_aligned() {
        fail!(MISALIGNED, "managed is {managed:p}, which is not aligned to {} bytes", align_of::<M>());
    }
    let delete = |data: *mut u8| {
        let call = Call { function: delete_fn::<M>(), data: data.cast(), user_data: managed.cast() };
        // SAFETY: the deleter is where it is in every version.
        let deleter = unsafe { (*managed).deleter() };
        deleter.map(|_| Release::new(call, wish.release_queue.clone())).transpose()
    };
    // SAFETY: the caller's promise.
    if let Some(DlVersion { major, minor }) = unsafe { M::unreadable(managed) } {
        // As the standard demands: back to its producer at once.
        if let Some(release) = delete(std::ptr::null_mut())? {
            release.due();
        }
        fail!(FORMAT, "managed is of DLPack {major}.{minor}, expected {}.x: its deleter was called", VERSION.major);
    }
    // SAFETY: a struct of this version. Nothing of it is kept but its address.
    let (tensor, read_only) = unsafe { (*(*managed).tensor(), (*managed).read_only()) };
    // SAFETY: the caller's promise.
    let window = unsafe { Window::of(&tensor)? };
    let device = place(&tensor, &window)?;
    let wished = wish.device.unwrap_or(device);
    if wish.copying == Copying::Never {
        window.check_alignment()?;
        if wished != device {
            fail!(
                DEVICE,
                "managed is on {device} and options.device is {wished}: that is a copy, and options.copy is \
                 TENSOR_DLPACK_COPY_NEVER"
            );
        }
    }
    if let Device::Cuda(ordinal) = device {
        // SAFETY: the caller's promise.
        unsafe { take_over(ordinal, wish)? };
    }
    let release = delete(window.base)?;
    // SAFETY: the producer keeps the memory valid until its deleter is called.
    let storage = unsafe { Storage::borrow(window.base, window.nbytes, device, read_only, release)? };
    let mut lent = Lent(Some(storage.clone()));
    finish(window.tensor(storage, wished, wish.copying)?)?;
    lent.0 = None;
    Ok(())
}

/// Takes the deleter back unless all went well, also where something panics.
struct Lent(Option<Storage>);

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(storage) = &self.0 {
            storage.forget_release();
        }
    }
}

/// A release callback: the last use of the memory has ended.
///
/// One that waited in a queue is called by its owner, perhaps an interpreter that ends the thread from within the
/// deleter: that unwinds, and there is nothing here that it could harm.
///
/// # Safety
/// `managed` is an imported struct that has a deleter.
unsafe extern "C-unwind" fn delete<M: Managed>(_: *mut c_void, managed: *mut c_void) {
    let managed: *mut M = managed.cast();
    // SAFETY: the caller's promise; this is the one call. The two ABIs differ in nothing but the unwinding.
    unsafe {
        if let Some(deleter) = (*managed).deleter() {
            std::mem::transmute::<Deleter<M>, unsafe extern "C-unwind" fn(*mut M)>(deleter)(managed);
        }
    }
}

fn delete_fn<M: Managed>() -> ReleaseFn {
    // SAFETY: the two ABIs differ in nothing but the unwinding.
    unsafe { std::mem::transmute(delete::<M> as unsafe extern "C-unwind" fn(*mut c_void, *mut c_void)) }
}

/// Later work of the current stream waits for what the producer's stream has been given so far.
///
/// # Safety
/// As [`import`].
unsafe fn take_over(ordinal: u32, wish: &Wish) -> Result<()> {
    let Some(stream) = wish.native_stream()? else { return Ok(()) };
    let device = cuda::device(ordinal)?;
    let current = cuda::stream::current(device)?;
    if current.raw().cast() != stream {
        // SAFETY: the caller's promise.
        current.wait_event(&unsafe { Event::after_native(device, stream)? })?;
    }
    Ok(())
}

/// The memory that the elements of a struct occupy, and how they lie in it.
struct Window {
    base: *mut u8,
    nbytes: usize,
    dtype: DType,
    /// The offset is the distance from `base`.
    layout: Layout,
}

impl Window {
    /// # Safety
    /// `tensor.shape` and `tensor.strides` hold `tensor.ndim` numbers, or are NULL.
    unsafe fn of(tensor: &DlTensor) -> Result<Window> {
        let dtype = dtype_of(tensor.dtype)?;
        let size = dtype.size();
        let ndim = match usize::try_from(tensor.ndim) {
            Ok(ndim) if ndim <= MAX_RANK => ndim,
            _ => fail!(SHAPE, "managed->dl_tensor.ndim is {}, expected 0 to {MAX_RANK}", tensor.ndim),
        };
        if ndim > 0 && tensor.shape.is_null() {
            fail!(NULL_POINTER, "managed->dl_tensor.shape is NULL, and ndim is {ndim}");
        }
        // SAFETY: the caller's promise.
        let shape = unsafe { numbers(tensor.shape, ndim) };
        let numel = layout::checked_numel(&shape)?;
        let strides = match tensor.strides.is_null() {
            true => contiguous_strides(&shape),
            // SAFETY: the caller's promise.
            false => unsafe { numbers(tensor.strides, ndim) },
        };
        let about_origin = Layout::strided(&shape, &strides, 0)?;
        let Some((low, high)) = about_origin.extent() else {
            // Without elements there is no memory to speak of.
            return Ok(Window { base: std::ptr::null_mut(), nbytes: 0, dtype, layout: about_origin });
        };
        if tensor.data.is_null() {
            fail!(NULL_POINTER, "managed->dl_tensor.data is NULL, and there are {numel} elements");
        }
        // i128 holds the sum of any three 64-bit numbers, and 8 times one.
        let origin = tensor.data.addr() as i128 + tensor.byte_offset as i128;
        let (first, end) = (origin + low as i128 * size as i128, origin + high as i128 * size as i128);
        if first < 0 || end > isize::MAX as i128 {
            fail!(
                OUT_OF_BOUNDS,
                "shape {shape:?} with strides {strides:?} of {dtype} from byte {} of {:p} leaves the address space",
                tensor.byte_offset,
                tensor.data
            );
        }
        let base = tensor.data.cast::<u8>().wrapping_offset(first as isize - tensor.data.addr() as isize);
        let layout = Layout::strided(&shape, &strides, -low)?;
        Ok(Window { base, nbytes: (end - first) as usize, dtype, layout })
    }

    fn is_aligned(&self) -> bool {
        self.base.addr().is_multiple_of(self.dtype.size())
    }

    fn check_alignment(&self) -> Result<()> {
        if !self.is_aligned() {
            fail!(
                MISALIGNED,
                "the elements of managed begin at {:p}, {} needs a multiple of {}: let options.copy be \
                 TENSOR_DLPACK_COPY_IF_NEEDED",
                self.base,
                self.dtype,
                self.dtype.size()
            );
        }
        Ok(())
    }

    /// The tensor over the borrowed memory, or a copy of it on the wished device.
    fn tensor(self, storage: Storage, wished: Device, copying: Copying) -> Result<Tensor> {
        let tensor = match self.is_aligned() {
            true => Tensor::new(storage.clone(), self.layout, self.dtype)?,
            false => self.aligned_copy(storage.clone())?,
        };
        let here = copy::to_device(&tensor, wished, false)?;
        if copying == Copying::Always && here.storage().same(&storage) { copy::clone(&here) } else { Ok(here) }
    }

    /// In C order, copied as bytes: each element is a row of them.
    fn aligned_copy(self, storage: Storage) -> Result<Tensor> {
        if self.layout.ndim() == MAX_RANK {
            self.check_alignment()?;
        }
        let size = self.dtype.size() as i64;
        let (mut shape, mut strides) = (Dims::from_slice(self.layout.shape()), Dims::from_slice(self.layout.strides()));
        for (&n, stride) in shape.iter().zip(&mut strides) {
            // That of a single size is never used and may be anything; the others stay within the memory.
            *stride = if n > 1 { *stride * size } else { 0 };
        }
        shape.push(size);
        strides.push(1);
        let bytes = Layout::strided(&shape, &strides, self.layout.offset() * size)?;
        let copied = copy::clone(&Tensor::new(storage, bytes, DType::U8)?)?;
        Tensor::new(copied.storage().clone(), Layout::contiguous(self.layout.shape()), self.dtype)
    }
}

/// # Safety
/// `n` numbers at `at`, which need not be aligned.
unsafe fn numbers(at: *const i64, n: usize) -> Dims {
    // SAFETY: the caller's promise.
    (0..n).map(|i| unsafe { at.add(i).read_unaligned() }).collect()
}

/// The device that the memory is used on.
fn place(tensor: &DlTensor, window: &Window) -> Result<Device> {
    let DlDevice { kind, id } = tensor.device;
    let ordinal = match kind {
        CPU | CUDA_HOST => return Ok(Device::Cpu),
        CUDA | CUDA_MANAGED => id,
        _ => fail!(
            DEVICE,
            "managed is on {} device {id} (DLDeviceType {kind}), expected CPU, CUDA, pinned or managed CUDA memory",
            device_name(kind)
        ),
    };
    let Ok(ordinal) = u32::try_from(ordinal) else {
        fail!(DEVICE, "managed->dl_tensor.device.device_id is {id}, expected an ordinal from 0");
    };
    let device = cuda::device(ordinal)?;
    if window.nbytes == 0 {
        return Ok(Device::Cuda(ordinal));
    }
    match (transfer::place_of(device, window.base)?, kind) {
        // The standard has no ordinal for it.
        (Place::Device(other), CUDA_MANAGED) => Ok(Device::Cuda(other)),
        (_, CUDA_MANAGED) => Ok(Device::Cuda(ordinal)),
        (Place::Device(found), _) if found == ordinal => Ok(Device::Cuda(ordinal)),
        _ => {
            fail!(DEVICE, "managed->dl_tensor.data is {:p}, which is not in the memory of cuda:{ordinal}", tensor.data)
        }
    }
}
