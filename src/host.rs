//! The proxy as the filter sees it: the few calls it makes. Tests pass a host of their own.

/// The host of one stream. Calls that return bytes are dear, the others cheap.
pub trait Host {
    /// All request headers in the order received, names in lower case, in the encoding that
    /// [`crate::pairs`] reads. One dear call however many headers there are.
    fn request_headers(&mut self) -> Vec<u8>;

    /// Puts one header line in place of all of this name.
    fn set_request_header(&mut self, name: &str, value: &str);

    /// Removes all header lines of this name.
    fn remove_request_header(&mut self, name: &str);

    /// Puts one header line in place of all of this name.
    fn set_response_header(&mut self, name: &str, value: &str);

    /// Adds a header line after those of this name.
    fn add_response_header(&mut self, name: &str, value: &str);

    /// Looks up a property. One dear call, less than half as dear if it is absent.
    fn property(&mut self, path: &PropertyPath) -> Property;

    /// 128 bits that nobody can foresee, or none if the system has no more.
    fn random(&mut self) -> Option<u128>;

    /// Logs a warning the first time that this key is seen in this proxy.
    fn warn_once(&mut self, key: u64, message: impl FnOnce() -> String);
}

/// Path of a property, its segments joined as the host wants them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyPath(Box<[u8]>);

impl PropertyPath {
    /// Joins segments, none of which may hold a zero byte.
    #[must_use]
    pub fn new(segments: &[&str]) -> Self {
        Self(segments.join("\0").into_bytes().into_boxed_slice())
    }

    /// The segments with a zero byte between them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What the host says of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Property {
    /// Nothing is there.
    Absent,
    /// The value in the host's encoding.
    Bytes(Vec<u8>),
    /// Something is there that the host cannot encode, such as a null.
    Unreadable,
}
