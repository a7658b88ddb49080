//! A tensor for another library: one block with the struct, shape, strides, and what keeps the memory.

use super::{
    CPU, CUDA, Copying, Deleter, DlDevice, DlTensor, DlVersion, FLAG_IS_COPIED, FLAG_READ_ONLY, Managed, VERSION,
};
use super::{Wish, type_of};
use crate::cpu::memory;
use crate::cuda::{self, Event};
use crate::device::Device;
use crate::error::Result;
use crate::fail;
use crate::ops::copy;
use crate::storage::Storage;
use crate::tensor::Tensor;
use std::ffi::c_void;
use std::ptr::{NonNull, null_mut};

/// What the consumer gets is the address of `managed`. Shape and strides follow the struct.
#[repr(C)]
struct Exported<M> {
    managed: M,
    storage: Storage,
    /// The consumer's stream, which may work on the memory when the deleter is called.
    visitor: Option<Visitor>,
    /// Bytes of the block.
    size: usize,
}

struct Visitor {
    ordinal: u32,
    stream: *mut c_void,
}

/// `x` as a struct for a consumer, who calls `deleter` with it, which calls [`release`].
///
/// # Safety
/// `wish.stream` is -1, 1, 2 or a live stream of the device that the tensor is exported on.
pub unsafe fn export<M: Managed>(x: &Tensor, wish: &Wish, deleter: Deleter<M>) -> Result<NonNull<M>> {
    check::<M>(x, wish)?;
    let exported = at_place(x, wish)?;
    let copied = !exported.storage().same(x.storage());
    if exported.storage().read_only() && !M::HAS_FLAGS {
        fail!(
            READ_ONLY,
            "x borrows read-only memory, which the form without a version cannot say: use \
             tensor_to_dlpack_versioned, or options.copy = TENSOR_DLPACK_COPY_ALWAYS"
        );
    }
    let block = Block::<M>::allocate(exported.ndim())?;
    let visitor = match exported.device() {
        Device::Cpu => None,
        // SAFETY: the caller's promise.
        Device::Cuda(ordinal) => unsafe { hand_over(exported.storage(), ordinal, wish)? },
    };
    Ok(block.fill(&exported, copied, visitor, wish.max_version, deleter))
}

fn check<M: Managed>(x: &Tensor, wish: &Wish) -> Result<()> {
    if x.is_tracked() {
        fail!(AUTOGRAD, "x requires grad, and backward would not see what the consumer does: detach first");
    }
    if let Some(DlVersion { major, minor }) = wish.max_version
        && M::HAS_FLAGS
        && major < VERSION.major
    {
        fail!(UNSUPPORTED, "options.max_version is {major}.{minor}, which is before 1.0: use tensor_to_dlpack");
    }
    Ok(())
}

/// `x` where it is wished for, or a copy.
fn at_place(x: &Tensor, wish: &Wish) -> Result<Tensor> {
    let device = wish.device.unwrap_or(x.device());
    match wish.copying {
        Copying::Never if device != x.device() => fail!(
            DEVICE,
            "x is on {} and options.device is {device}: that is a copy, and options.copy is TENSOR_DLPACK_COPY_NEVER",
            x.device()
        ),
        Copying::Always if device == x.device() => copy::clone(x),
        _ => copy::to_device(x, device, false),
    }
}

/// Later work of the consumer's stream waits for what the current stream has been given so far.
///
/// # Safety
/// As [`export`].
unsafe fn hand_over(storage: &Storage, ordinal: u32, wish: &Wish) -> Result<Option<Visitor>> {
    let Some(stream) = wish.native_stream()? else { return Ok(None) };
    let current = cuda::stream::current(cuda::device(ordinal)?)?;
    if current.raw().cast() != stream {
        let event = Event::after(&current)?;
        // SAFETY: the caller's promise.
        unsafe { event.hold_native(stream)? };
    }
    // The default stream is always there. One that the memory belongs to needs no waiting for.
    let visits = (stream.is_null() || wish.stream_stays_valid) && storage.home_stream() != Some(stream.addr());
    Ok(visits.then_some(Visitor { ordinal, stream }))
}

/// A block without its values, given back on drop.
struct Block<M> {
    block: NonNull<Exported<M>>,
    size: usize,
}

impl<M: Managed> Block<M> {
    fn allocate(ndim: usize) -> Result<Block<M>> {
        const { assert!(align_of::<Exported<M>>() <= memory::ALIGNMENT && size_of::<Exported<M>>().is_multiple_of(8)) };
        let size = size_of::<Exported<M>>() + 2 * ndim * size_of::<i64>();
        Ok(Block { block: memory::alloc(size)?.cast(), size })
    }

    fn fill(
        self,
        x: &Tensor,
        copied: bool,
        visitor: Option<Visitor>,
        at_most: Option<DlVersion>,
        deleter: Deleter<M>,
    ) -> NonNull<M> {
        let (block, size) = (self.block, self.size);
        std::mem::forget(self);
        let device = match x.device() {
            Device::Cpu => DlDevice { kind: CPU, id: 0 },
            Device::Cuda(ordinal) => DlDevice { kind: CUDA, id: ordinal as i32 },
        };
        // SAFETY: the block has room for 2 · ndim numbers behind the struct.
        let (shape, strides) = unsafe {
            let shape = block.as_ptr().add(1).cast::<i64>();
            let strides = shape.add(x.ndim());
            shape.copy_from_nonoverlapping(x.shape().as_ptr(), x.ndim());
            strides.copy_from_nonoverlapping(x.layout().strides().as_ptr(), x.ndim());
            (shape, strides)
        };
        let ranked = |numbers: *mut i64| if x.ndim() == 0 { null_mut() } else { numbers };
        let tensor = DlTensor {
            data: if x.numel() == 0 { null_mut() } else { x.origin_address().cast() },
            device,
            ndim: x.ndim() as i32,
            dtype: type_of(x.dtype()),
            shape: ranked(shape),
            strides: ranked(strides),
            byte_offset: 0,
        };
        let storage = x.storage().clone();
        let flags = if copied { FLAG_IS_COPIED } else { 0 } | if storage.read_only() { FLAG_READ_ONLY } else { 0 };
        let managed = M::new(tensor, flags, at_most, block.as_ptr().cast(), deleter);
        // SAFETY: fresh, large and aligned enough; `managed` comes first.
        unsafe { block.write(Exported { managed, storage, visitor, size }) };
        block.cast()
    }
}

impl<M> Drop for Block<M> {
    fn drop(&mut self) {
        // SAFETY: from `allocate` with this size, never filled.
        unsafe { memory::free(self.block.cast(), self.size) }
    }
}

/// What the deleter of an exported struct does.
///
/// # Safety
/// `managed` is NULL or from [`export`], and not used again.
pub unsafe fn release<M: Managed>(managed: *mut M) {
    if managed.is_null() {
        return;
    }
    // SAFETY: the caller's promise; the context is the block that holds the struct.
    let (storage, visitor) = unsafe {
        let block: *mut Exported<M> = (*managed).context().cast();
        let Exported { storage, visitor, size, .. } = block.read();
        memory::free(NonNull::new_unchecked(block.cast()), size);
        (storage, visitor)
    };
    if let Some(Visitor { ordinal, stream }) = visitor {
        // A stream that cannot be asked (the process ends, the device is lost) does nothing more.
        let end = cuda::device(ordinal).and_then(|device| {
            // SAFETY: promised in `export`.
            unsafe { Event::after_native(device, stream) }
        });
        if let Ok(end) = end {
            storage.used_until(end);
        }
    }
}
