//! A host that allocates nothing while the filter works.

use bluegreen::host::Host;
use bluegreen::metrics::Counter;
use bluegreen::wire::{FirstPass, Pairs, Property, PropertyPath, Value, encode};

/// A host whose stream has one request.
pub struct SilentHost {
    headers: Vec<u8>,
}

impl SilentHost {
    pub fn with_request(headers: &[(&str, &str)]) -> Self {
        let headers = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        Self { headers: encode(headers) }
    }
}

impl Host for SilentHost {
    fn with_request_headers<T>(&mut self, read: impl FnOnce(Pairs<'_>, &mut Self) -> T) -> T {
        let headers = std::mem::take(&mut self.headers);
        read(Pairs::new(&headers), self)
    }

    fn first_pass(&mut self) -> Option<FirstPass> {
        None
    }

    fn set_request_header(&mut self, _name: &str, _value: &[u8]) {}

    fn remove_request_header(&mut self, _name: &str) {}

    fn remove_request_trailer(&mut self, _name: &str) {}

    fn set_response_header(&mut self, _name: &str, _value: &str) {}

    fn add_response_header(&mut self, _name: &str, _value: &str) {}

    fn attribute(&mut self, _path: &PropertyPath) -> Option<Vec<u8>> {
        None
    }

    fn metadata(&mut self, _path: &PropertyPath) -> Property {
        Property::Absent
    }

    fn value(_bytes: &[u8]) -> Value<'_> {
        Value::Unreadable
    }

    fn members(_bytes: &[u8]) -> Option<Pairs<'_>> {
        None
    }

    fn random(&mut self) -> Option<u128> {
        Some(4)
    }

    fn lasting_random(&mut self) -> Option<u128> {
        Some(4)
    }

    fn now(&mut self) -> u64 {
        0
    }

    fn set_filter_state(&mut self, _name: &str, _value: &str) {}

    fn clear_route_cache(&mut self) {}

    fn count(&mut self, _counter: Counter) {}

    fn warn_once(&mut self, _key: u64, _message: impl FnOnce() -> String) {}
}
