//! What is open on this thread: scopes, which note the handles to release, and modes and streams, which know what was
//! before.
//!
//! All are stacks of frames on the heap. A frame is freed only by its own thread, when it is on top; the token that C
//! holds names it by its address and is compared, never followed.

use super::border;
use super::handle::{self, Held, Kind};
use super::types::{TendonCudaStreamScope, TensorMode, TensorScope};
use crate::cuda::stream::{self, Stream};
use crate::error::{Error, Result};
use crate::fail;
use crate::tensor::mode::{self, Mode};
use std::cell::Cell;
use std::ptr;
use std::sync::Arc;

struct Frame<T> {
    parent: *mut Frame<T>,
    /// The token's handle.
    token: u64,
    content: T,
}

/// Handles made while the scope was the innermost one. Stale ones are harmless.
type Notes = Vec<u64>;

thread_local! {
    static SCOPES: Cell<*mut Frame<Notes>> = const { Cell::new(ptr::null_mut()) };
    /// Content: the mode to come back to.
    static MODES: Cell<*mut Frame<Mode>> = const { Cell::new(ptr::null_mut()) };
    /// Content: the stream to come back to.
    static STREAMS: Cell<*mut Frame<Arc<Stream>>> = const { Cell::new(ptr::null_mut()) };
}

/// Puts a frame on top; its token.
fn push<T, C>(top: &Cell<*mut Frame<T>>, content: T, held: fn(usize) -> Held) -> Result<*mut C> {
    let mut frame = Box::new(Frame { parent: top.get(), token: 0, content });
    let token = border::token::<C>(held((&raw const *frame).addr()))?;
    frame.token = token.addr() as u64;
    top.set(Box::into_raw(frame));
    Ok(token)
}

/// Takes the frame at `address` off; an error, and nothing changes, when it is not on top.
fn pop<T>(top: &Cell<*mut Frame<T>>, address: usize, kind: Kind, name: &str) -> Result<T> {
    let frame = top.get();
    if frame.addr() != address {
        if on_this_thread(top, address) {
            fail!(INVALID_ARGUMENT, "{name} is not the innermost one: end those begun after it first");
        }
        return Err(other_thread(name));
    }
    // SAFETY: made by `push`; it leaves the stack here, so it is freed once.
    let Frame { parent, token, content } = *unsafe { Box::from_raw(frame) };
    top.set(parent);
    drop(handle::remove(token, kind));
    Ok(content)
}

fn on_this_thread<T>(top: &Cell<*mut Frame<T>>, address: usize) -> bool {
    let mut frame = top.get();
    while !frame.is_null() && frame.addr() != address {
        // SAFETY: frames of this thread's stack live until `pop`.
        frame = unsafe { (*frame).parent };
    }
    !frame.is_null()
}

fn other_thread(name: &str) -> Error {
    Error::new(crate::error::status::INVALID_ARGUMENT, format!("{name} was begun on another thread"))
}

fn address<T>(token: *const T, kind: Kind, name: &str) -> Result<usize> {
    border::held(token, kind, name, |held| match held {
        Held::Scope(address) | Held::Mode(address) | Held::CudaStreamScope(address) => Some(*address),
        _ => None,
    })
}

// ---- scopes ----

pub fn begin() -> Result<*mut TensorScope> {
    SCOPES.with(|top| push(top, Notes::new(), Held::Scope))
}

/// Ends the innermost scope and releases what it noted.
pub fn end(scope: *const TensorScope) -> Result<()> {
    let notes = SCOPES.with(|top| pop(top, address(scope, Kind::Scope, "scope")?, Kind::Scope, "scope"))?;
    // Last made, first released. The scope is closed by now: callbacks may open others.
    for handle in notes.into_iter().rev() {
        drop(handle::remove(handle, Kind::Tensor));
    }
    Ok(())
}

/// Room for one more note, so that [`note`] cannot fail.
#[inline]
pub fn make_room() -> Result<()> {
    let frame = SCOPES.get();
    // SAFETY: NULL or the top frame of this thread; no other reference to it exists during this call.
    match unsafe { frame.as_mut() } {
        Some(frame) if frame.content.len() == frame.content.capacity() => reserve(&mut frame.content),
        _ => Ok(()),
    }
}

#[cold]
fn reserve(notes: &mut Notes) -> Result<()> {
    notes.try_reserve(notes.len().max(16)).map_err(|_| Error::out_of_memory((notes.len() + 1) * 16))
}

/// Notes a new handle in the innermost scope. After [`make_room`].
#[inline]
pub fn note(handle: u64) {
    // SAFETY: as in `make_room`.
    if let Some(frame) = unsafe { SCOPES.get().as_mut() } {
        frame.content.push(handle);
    }
}

/// Moves the note of `kept` from `scope` (or one within it) to the scope around `scope`, or to none.
pub fn keep(scope: *const TensorScope, kept: u64) -> Result<()> {
    let wanted = address(scope, Kind::Scope, "scope")?;
    if !SCOPES.with(|top| on_this_thread(top, wanted)) {
        return Err(other_thread("scope"));
    }
    // Where the note is: in one of the frames from the top down to `wanted`, or nowhere (then the handle outlives the
    // scope anyway).
    let mut frame = SCOPES.get();
    let mut found = None;
    loop {
        // SAFETY: a frame of this thread's stack, which `wanted` ends; nobody else refers to it while this runs.
        let this = unsafe { &*frame };
        found = found.or_else(|| this.content.iter().rposition(|&h| h == kept).map(|i| (frame, i)));
        if frame.addr() == wanted {
            break;
        }
        frame = this.parent;
    }
    let Some((from, i)) = found else { return Ok(()) };
    // SAFETY: as above; `around` is below `wanted`, `from` is not, so the two are different frames.
    let (from, around) = unsafe { (&mut (*from).content, (*frame).parent.as_mut()) };
    if let Some(around) = around {
        reserve(&mut around.content)?;
        around.content.push(kept);
    }
    from.remove(i);
    Ok(())
}

// ---- modes ----

pub fn begin_mode(new: Mode) -> Result<*mut TensorMode> {
    let token = MODES.with(|top| push(top, mode::current(), Held::Mode))?;
    mode::replace(new);
    Ok(token)
}

/// Ends the innermost mode; the one before is back.
pub fn end_mode(token: *const TensorMode) -> Result<()> {
    let before = MODES.with(|top| pop(top, address(token, Kind::Mode, "mode")?, Kind::Mode, "mode"))?;
    mode::replace(before);
    Ok(())
}

// ---- streams ----

/// Makes `new` the current stream of its device.
pub fn begin_stream(new: Arc<Stream>) -> Result<*mut TendonCudaStreamScope> {
    let before = stream::current(new.device())?;
    let token = STREAMS.with(|top| push(top, before, Held::CudaStreamScope))?;
    stream::replace_current(new)?;
    Ok(token)
}

/// Ends the innermost one; the stream before is current again.
pub fn end_stream(token: *const TendonCudaStreamScope) -> Result<()> {
    let kind = Kind::CudaStreamScope;
    let before = STREAMS.with(|top| pop(top, address(token, kind, "scope")?, kind, "scope"))?;
    stream::replace_current(before).map(drop)
}
