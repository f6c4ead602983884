//! Everything that is remembered, as numbers: so it can be kept where several workers reach it.

/// Numbers that make up a whole.
pub trait Numbers {
    /// Hands over each number, always in the same order, to be read or to be set.
    fn visit(&mut self, each: &mut dyn FnMut(&mut f64));

    /// All of them, as bytes.
    fn to_bytes(&self) -> Vec<u8>
    where
        Self: Clone,
    {
        let mut bytes = Vec::new();
        self.clone().visit(&mut |number| bytes.extend_from_slice(&number.to_le_bytes()));
        bytes
    }

    /// The whole of these bytes; None if they are of another length, or hold what is no number.
    #[must_use]
    fn from_bytes(bytes: &[u8]) -> Option<Self>
    where
        Self: Default,
    {
        let (chunks, rest) = bytes.as_chunks();
        let (mut chunks, mut whole) = (chunks.iter(), Self::default());
        let mut is_whole = rest.is_empty();
        whole.visit(&mut |number| match chunks.next().map(|chunk| f64::from_le_bytes(*chunk)) {
            Some(read) if read.is_finite() => *number = read,
            _ => is_whole = false,
        });
        (is_whole && chunks.next().is_none()).then_some(whole)
    }
}

/// Hands over a whole number.
pub(super) fn visit_whole(number: &mut u32, each: &mut dyn FnMut(&mut f64)) {
    let mut exact = f64::from(*number);
    each(&mut exact);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    let whole = exact as u32;
    *number = whole;
}
