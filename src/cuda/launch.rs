//! Starting a kernel.

use super::Queue;
use super::module::Function;
use crate::error::Result;
use std::ffi::c_void;

/// `launch!(queue, "module", [pieces of the kernel's name], grid, threads, shared_bytes; arguments…)`.
///
/// `grid` is `[u32; 3]` blocks. Each argument is a `Copy` value laid out as the kernel's parameter is. Nothing is
/// launched for a grid without blocks.
macro_rules! launch {
    ($queue:expr, $module:expr, $name:expr, $grid:expr, $threads:expr, $shared:expr; $($argument:expr),+ $(,)?) => {
        $crate::cuda::launch::start($queue, $module, &$name, $grid, $threads, $shared, &mut [
            $((&raw const *&{ $argument }).cast_mut().cast::<std::ffi::c_void>()),+
        ])
    };
}
pub(super) use launch;

/// The kernel `pieces` of `module` on the queue's stream. `arguments` point to values with the layout of its parameters.
pub fn start(
    queue: &Queue,
    module: &'static str,
    pieces: &[&str],
    grid: [u32; 3],
    threads: u32,
    shared: usize,
    arguments: &mut [*mut c_void],
) -> Result<()> {
    if grid.contains(&0) {
        return Ok(());
    }
    let device = queue.device();
    let Function(function) = device.modules.function(device, module, pieces)?;
    // SAFETY: the launchers of this crate pass what their kernel declares; the driver copies the values now.
    let call = || unsafe {
        (device.driver.cuLaunchKernel)(
            function,
            grid[0],
            grid[1],
            grid[2],
            threads,
            1,
            1,
            shared as u32,
            queue.stream().raw(),
            arguments.as_mut_ptr(),
            std::ptr::null_mut(),
        )
    };
    // A kernel's first launch may need memory, for the kernel itself or for its threads' stacks.
    let wanted = || format!("the kernel {}", pieces.concat());
    device.with_room("cuLaunchKernel", wanted, call).map_err(|e| e.within(&pieces.concat()))
}

/// Makes sure that a later launch of the kernel finds it.
pub fn prepare(queue: &Queue, module: &'static str, pieces: &[&str]) -> Result<()> {
    queue.device().modules.function(queue.device(), module, pieces).map(|_| ())
}

/// Blocks that cover `count` items at `each` a block.
pub fn blocks(count: u64, each: u64) -> u32 {
    count.div_ceil(each).min(u32::MAX as u64) as u32
}
