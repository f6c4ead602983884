//! Buffers that the host fills: lent while a call is under way, claimed when it has returned.
//!
//! The host asks for room of a size while it works on a call, writes into it, and hands back where
//! it is and how much it wrote. The idea:
//!
//! ```text
//! begin: nothing is lent
//! lend:  the spare buffer, or a new one, becomes lent; its address goes to the host
//! claim: the lent buffer of this address becomes the caller's, with the length written
//! ```
//!
//! A buffer is owned by this module until it is claimed. So the SDK's own host calls must not be
//! used: they make a `Vec` of the address, and free what is still owned here.

#![expect(unsafe_code, reason = "the host fills what is not initialized")]

/// Largest buffer that is kept for the next call, in bytes: more than nearly all requests have in
/// headers.
const LARGEST_SPARE: usize = 16 * 1024;

/// All buffers that the host may write to.
#[derive(Debug, Default)]
pub struct Lender {
    /// The buffer that is lent if `is_lent`, else the spare one for the next call of `lend`.
    buffer: Vec<u8>,
    is_lent: bool,
    /// Further buffers lent within one host call. No host asks for more than one today.
    more: Vec<Vec<u8>>,
}

impl Lender {
    /// No buffers.
    #[must_use]
    pub const fn new() -> Self {
        Self { buffer: Vec::new(), is_lent: false, more: Vec::new() }
    }

    /// A host call begins: what an earlier one left unclaimed is lent no more.
    #[inline]
    pub fn begin(&mut self) {
        self.is_lent = false;
        if !self.more.is_empty() {
            self.more.clear();
        }
    }

    /// Room of this size, in bytes. Within one host call each has room of its own.
    #[inline]
    pub fn lend(&mut self, size: usize) -> *mut u8 {
        if self.is_lent {
            return self.lend_more(size);
        }
        self.is_lent = true;
        self.buffer.clear();
        self.buffer.reserve(size);
        self.buffer.as_mut_ptr()
    }

    #[cold]
    fn lend_more(&mut self, size: usize) -> *mut u8 {
        let mut buffer = Vec::with_capacity(size);
        let data = buffer.as_mut_ptr();
        self.more.push(buffer);
        data
    }

    /// Takes the buffer at an address, of which the host filled so many bytes. Empty if nothing is
    /// lent there, or not so much.
    ///
    /// # Safety
    /// If the buffer at `data` is lent and its capacity is at least `size`, its first `size` bytes are
    /// initialized.
    #[inline]
    #[must_use]
    pub unsafe fn claim(&mut self, data: *const u8, size: usize) -> Vec<u8> {
        let mut buffer = if self.is_lent && std::ptr::eq(self.buffer.as_ptr(), data) {
            self.is_lent = false;
            std::mem::take(&mut self.buffer)
        } else {
            self.claim_more(data)
        };
        if buffer.capacity() < size {
            return Vec::new();
        }
        // SAFETY: the capacity suffices, and the caller says that the host filled these bytes.
        unsafe { buffer.set_len(size) };
        buffer
    }

    #[cold]
    fn claim_more(&mut self, data: *const u8) -> Vec<u8> {
        let place = self.more.iter().position(|buffer| std::ptr::eq(buffer.as_ptr(), data));
        place.map(|place| self.more.swap_remove(place)).unwrap_or_default()
    }

    /// Keeps a buffer for the next call.
    #[inline]
    pub fn keep(&mut self, buffer: Vec<u8>) {
        if buffer.capacity() <= LARGEST_SPARE && !self.is_lent {
            self.buffer = buffer;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a host does: asks for room, writes, and says where and how much.
    fn fill(lender: &mut Lender, text: &[u8]) -> (*const u8, usize) {
        let data = lender.lend(text.len());
        // SAFETY: the room has this size.
        unsafe { data.copy_from_nonoverlapping(text.as_ptr(), text.len()) };
        (data, text.len())
    }

    fn claim(lender: &mut Lender, (data, size): (*const u8, usize)) -> Vec<u8> {
        // SAFETY: `fill` wrote so many bytes.
        unsafe { lender.claim(data, size) }
    }

    #[test]
    fn what_the_host_wrote_is_claimed_once() {
        let mut lender = Lender::new();
        let filled = fill(&mut lender, b"headers");
        assert_eq!(claim(&mut lender, filled), b"headers");
        assert_eq!(claim(&mut lender, filled), b"", "nothing is lent there any more");
    }

    #[test]
    fn two_allocations_within_one_call_have_room_of_their_own() {
        let mut lender = Lender::new();
        let (one, two) = (fill(&mut lender, b"one"), fill(&mut lender, &vec![2; 100_000]));
        assert_eq!(claim(&mut lender, one), b"one");
        assert!(claim(&mut lender, two) == vec![2; 100_000]);
    }

    #[test]
    fn a_buffer_is_used_again_while_another_is_claimed() {
        let mut lender = Lender::new();
        let filled = fill(&mut lender, &[1; 100]);
        let claimed = claim(&mut lender, filled);
        let other = fill(&mut lender, &[2; 50]);
        assert_eq!((claimed.len(), claim(&mut lender, other).len()), (100, 50));
        let address = claimed.as_ptr();
        lender.keep(claimed);
        assert_eq!(fill(&mut lender, &[3; 60]).0, address);
    }

    #[test]
    fn a_host_that_claims_more_than_it_asked_for_gets_nothing() {
        let mut lender = Lender::new();
        let (data, _) = fill(&mut lender, b"short");
        assert_eq!(claim(&mut lender, (data, 1_000_000)), b"");
    }

    #[test]
    fn calls_that_fail_leave_no_more_than_one_buffer_behind() {
        let mut lender = Lender::new();
        for _ in 0..10 {
            lender.begin();
            fill(&mut lender, &[0; 10]);
            fill(&mut lender, &[0; 10]);
            assert_eq!(lender.more.len(), 1);
        }
        lender.begin();
        assert!(lender.more.is_empty());
        let filled = fill(&mut lender, b"and on");
        assert_eq!(claim(&mut lender, filled), b"and on");
    }

    #[test]
    fn a_large_buffer_is_given_back_to_the_system() {
        let mut lender = Lender::new();
        let filled = fill(&mut lender, &vec![0; LARGEST_SPARE + 1]);
        let claimed = claim(&mut lender, filled);
        lender.keep(claimed);
        assert_eq!(lender.buffer.capacity(), 0);
    }
}
