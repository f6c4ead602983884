//! The pairs of a buffer, read in another way than the filter reads them.

use bluegreen_tests::fake_host::Header;

/// Reads by offsets, and copies every part.
pub fn naive_pairs(buffer: &[u8]) -> Vec<Header> {
    let size = |at: usize| {
        let bytes = buffer.get(at..at.checked_add(4)?)?;
        usize::try_from(u32::from_le_bytes(bytes.try_into().unwrap())).ok()
    };
    let count = size(0).unwrap_or(0);
    let Some(mut at) = count.checked_mul(8).and_then(|sizes| sizes.checked_add(4)) else {
        return Vec::new();
    };
    if at > buffer.len() {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    for pair in 0..count {
        let mut part = |size: usize| {
            let end = at.checked_add(size)?;
            let text = buffer.get(at..end)?.to_vec();
            buffer.get(end)?;
            at = end + 1;
            Some(text)
        };
        let (Some(name), Some(value)) = (size(4 + pair * 8), size(8 + pair * 8)) else { break };
        let (Some(name), Some(value)) = (part(name), part(value)) else { break };
        pairs.push((name, value));
    }
    pairs
}
