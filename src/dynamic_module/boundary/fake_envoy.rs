//! Envoy's side of the C boundary. It keeps no promise that the real one does not give: whatever is
//! written to headers moves all of them, so that who still reads the old ones is found out.

use std::collections::{BTreeMap, HashMap};
use std::ffi::c_void;
use std::ptr;
use std::sync::{Mutex, MutexGuard};

use serde_json::Value as Json;

use crate::abi::{Buffer, CONTINUE, Envoy, Header, Level, Map, Source};

pub type Line = (Box<[u8]>, Box<[u8]>);
pub type Namespaces = BTreeMap<Vec<u8>, BTreeMap<Vec<u8>, Json>>;

/// One stream.
#[derive(Default)]
pub struct FakeStream {
    pub request: Vec<Line>,
    pub response: Vec<Line>,
    pub route: Namespaces,
    pub cluster: Namespaces,
    pub dynamic: Namespaces,
    pub filter_state: HashMap<Vec<u8>, Vec<u8>>,
    pub trailers: Vec<Line>,
    pub response_trailers: Vec<Line>,
    /// Why Envoy itself answers, if it does.
    pub local_reply: Option<&'static [u8]>,
    /// Whether the answer breaks off.
    pub breaks_off: bool,
    pub attributes: HashMap<u32, Vec<u8>>,
    pub route_configuration: usize,
    /// Whether the header map is gone, as it is for a request that could not be read.
    pub has_no_headers: bool,
    pub cleared: usize,
    pub counted: Vec<usize>,
    /// Metrics with the values of their labels.
    pub told: Vec<(usize, Vec<String>, u64)>,
}

/// What was logged, by all streams of a process.
static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

pub fn log() -> MutexGuard<'static, Vec<String>> {
    LOG.lock().unwrap()
}

unsafe extern "C" {
    fn envoy_dynamic_module_on_http_filter_config_new(
        envoy: Envoy,
        name: Buffer,
        text: Buffer,
    ) -> *const c_void;
    fn envoy_dynamic_module_on_http_filter_config_destroy(handle: *const c_void);
    fn envoy_dynamic_module_on_http_filter_per_route_config_new(
        name: Buffer,
        text: Buffer,
    ) -> *const c_void;
    fn envoy_dynamic_module_on_http_filter_per_route_config_destroy(handle: *const c_void);
    fn envoy_dynamic_module_on_http_filter_new(
        configuration: *const c_void,
        envoy: Envoy,
    ) -> *const c_void;
    fn envoy_dynamic_module_on_http_filter_request_headers(
        envoy: Envoy,
        handle: *const c_void,
        is_end: bool,
    ) -> u32;
    fn envoy_dynamic_module_on_http_filter_response_headers(
        envoy: Envoy,
        handle: *const c_void,
        is_end: bool,
    ) -> u32;
    fn envoy_dynamic_module_on_http_filter_response_body(
        envoy: Envoy,
        handle: *const c_void,
        is_end: bool,
    ) -> u32;
    fn envoy_dynamic_module_on_http_filter_response_trailers(
        envoy: Envoy,
        handle: *const c_void,
    ) -> u32;
    fn envoy_dynamic_module_on_http_filter_local_reply(
        envoy: Envoy,
        handle: *const c_void,
        status: u32,
        details: Buffer,
        is_reset: bool,
    ) -> u32;
    fn envoy_dynamic_module_on_http_filter_stream_complete(envoy: Envoy, handle: *const c_void);
    fn envoy_dynamic_module_on_http_filter_destroy(handle: *const c_void);
}

/// A configuration that the module accepted.
pub struct FakeConfiguration(usize);

impl FakeConfiguration {
    pub fn new(text: &str) -> Option<Self> {
        let handle = unsafe {
            let name = Buffer::of(b"bluegreen");
            let text = Buffer::of(text.as_bytes());
            envoy_dynamic_module_on_http_filter_config_new(ptr::null_mut(), name, text)
        };
        (!handle.is_null()).then(|| Self(handle.expose_provenance()))
    }

    /// Takes a request and its response through the module.
    pub fn serve(&self, stream: &mut FakeStream) {
        self.serve_and(stream, |_| {});
    }

    /// The same; `answer` makes the response once the request is decided.
    pub fn serve_and(&self, stream: &mut FakeStream, answer: impl FnOnce(&mut FakeStream)) {
        let envoy: Envoy = ptr::from_mut(stream).cast();
        unsafe {
            let handle = self.decide(envoy);
            let stream = &mut *envoy.cast::<FakeStream>();
            answer(stream);
            let (reply, trailers) = (stream.local_reply, !stream.response_trailers.is_empty());
            let is_end = !stream.breaks_off && !trailers;
            if let Some(details) = reply {
                let details = Buffer::of(details);
                let status = envoy_dynamic_module_on_http_filter_local_reply(
                    envoy, handle, 503, details, false,
                );
                assert_eq!(status, CONTINUE);
            }
            let status = envoy_dynamic_module_on_http_filter_response_headers(envoy, handle, false);
            assert_eq!(status, CONTINUE);
            let status = envoy_dynamic_module_on_http_filter_response_body(envoy, handle, is_end);
            assert_eq!(status, CONTINUE);
            if trailers {
                let status = envoy_dynamic_module_on_http_filter_response_trailers(envoy, handle);
                assert_eq!(status, CONTINUE);
            }
            envoy_dynamic_module_on_http_filter_stream_complete(envoy, handle);
            envoy_dynamic_module_on_http_filter_destroy(handle);
        }
    }
}

impl FakeConfiguration {
    /// Has a request decided.
    fn decide(&self, envoy: Envoy) -> *const c_void {
        unsafe {
            let configuration = ptr::with_exposed_provenance(self.0);
            let handle = envoy_dynamic_module_on_http_filter_new(configuration, envoy);
            assert!(!handle.is_null());
            let status = envoy_dynamic_module_on_http_filter_request_headers(envoy, handle, true);
            assert_eq!(status, CONTINUE);
            handle
        }
    }

    /// Has requests decided, of which none is answered before it ends.
    pub fn abandon(&self, streams: &mut [&mut FakeStream]) {
        let mut handles = Vec::new();
        for stream in streams {
            let envoy: Envoy = ptr::from_mut::<FakeStream>(stream).cast();
            handles.push((envoy, self.decide(envoy)));
        }
        for (envoy, handle) in handles {
            unsafe {
                envoy_dynamic_module_on_http_filter_stream_complete(envoy, handle);
                envoy_dynamic_module_on_http_filter_destroy(handle);
            }
        }
    }
}

impl Drop for FakeConfiguration {
    fn drop(&mut self) {
        let handle = ptr::with_exposed_provenance(self.0);
        unsafe { envoy_dynamic_module_on_http_filter_config_destroy(handle) };
    }
}

/// What a virtual host or a route configures, which the module accepted.
pub struct FakeRouteConfiguration(usize);

impl FakeRouteConfiguration {
    pub fn new(text: &str) -> Option<Self> {
        let handle = unsafe {
            let text = Buffer::of(text.as_bytes());
            envoy_dynamic_module_on_http_filter_per_route_config_new(Buffer::of(b""), text)
        };
        (!handle.is_null()).then(|| Self(handle.expose_provenance()))
    }

    pub fn address(&self) -> usize {
        self.0
    }
}

impl Drop for FakeRouteConfiguration {
    fn drop(&mut self) {
        let handle = ptr::with_exposed_provenance(self.0);
        unsafe { envoy_dynamic_module_on_http_filter_per_route_config_destroy(handle) };
    }
}

impl FakeStream {
    pub fn with_request(lines: &[(&[u8], &[u8])]) -> Self {
        let request = lines.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Self { request, ..Self::default() }
    }

    fn map(&mut self, map: Map) -> &mut Vec<Line> {
        match map {
            Map::Request => &mut self.request,
            Map::RequestTrailers => &mut self.trailers,
            Map::Response => &mut self.response,
            Map::ResponseTrailers => &mut self.response_trailers,
        }
    }

    fn value(&self, source: Source, namespace: Buffer, key: Buffer) -> Option<&Json> {
        self.namespaces(source).get(bytes(namespace))?.get(bytes(key))
    }

    fn namespaces(&self, source: Source) -> &Namespaces {
        match source {
            Source::Dynamic => &self.dynamic,
            Source::Route => &self.route,
            Source::Cluster => &self.cluster,
        }
    }
}

/// Bytes that the module lends.
fn bytes<'a>(buffer: Buffer) -> &'a [u8] {
    unsafe { buffer.bytes() }
}

fn stream<'a>(envoy: Envoy) -> &'a mut FakeStream {
    unsafe { &mut *envoy.cast::<FakeStream>() }
}

/// Moves every line.
fn moved(lines: &mut Vec<Line>) {
    *lines = lines.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
}

/// As Envoy has it, an empty value may be a null.
fn lent(bytes: &[u8]) -> Buffer {
    if bytes.is_empty() { Buffer::NONE } else { Buffer::of(bytes) }
}

#[unsafe(no_mangle)]
extern "C" fn envoy_dynamic_module_callback_log(_level: Level, text: Buffer) {
    log().push(std::str::from_utf8(bytes(text)).expect("logs are UTF-8").to_owned());
}

#[unsafe(no_mangle)]
extern "C" fn envoy_dynamic_module_callback_http_get_headers_size(envoy: Envoy, map: Map) -> usize {
    let stream = stream(envoy);
    if stream.has_no_headers { 0 } else { stream.map(map).len() }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_callback_http_get_headers(
    envoy: Envoy,
    map: Map,
    into: *mut Header,
) -> bool {
    let stream = stream(envoy);
    if stream.has_no_headers {
        return false;
    }
    for (index, (name, value)) in stream.map(map).iter().enumerate() {
        unsafe { into.add(index).write(Header { name: lent(name), value: lent(value) }) };
    }
    true
}

#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_callback_http_get_header(
    envoy: Envoy,
    map: Map,
    name: Buffer,
    into: *mut Buffer,
    index: usize,
    count: *mut usize,
) -> bool {
    let wanted = bytes(name);
    let of_name: Vec<_> =
        stream(envoy).map(map).iter().filter(|(name, _)| **name == *wanted).collect();
    if !count.is_null() {
        unsafe { count.write(of_name.len()) };
    }
    match of_name.get(index) {
        Some((_, value)) => {
            unsafe { into.write(lent(value)) };
            true
        }
        None => false,
    }
}

#[unsafe(no_mangle)]
extern "C" fn envoy_dynamic_module_callback_http_set_header(
    envoy: Envoy,
    map: Map,
    name: Buffer,
    value: Buffer,
) -> bool {
    let (name, is_removal) = (bytes(name), value.address() == 0);
    let lines = stream(envoy).map(map);
    moved(lines);
    lines.retain(|(known, _)| **known != *name);
    if !is_removal {
        lines.push((name.into(), bytes(value).into()));
    }
    true
}

#[unsafe(no_mangle)]
extern "C" fn envoy_dynamic_module_callback_http_add_header(
    envoy: Envoy,
    map: Map,
    name: Buffer,
    value: Buffer,
) -> bool {
    let lines = stream(envoy).map(map);
    moved(lines);
    lines.push((bytes(name).into(), bytes(value).into()));
    true
}

#[unsafe(no_mangle)]
extern "C" fn envoy_dynamic_module_callback_http_clear_route_cache(envoy: Envoy) {
    stream(envoy).cleared += 1;
}

#[unsafe(no_mangle)]
extern "C" fn envoy_dynamic_module_callback_http_get_metadata_keys_count(
    envoy: Envoy,
    source: Source,
    namespace: Buffer,
) -> usize {
    stream(envoy).namespaces(source).get(bytes(namespace)).map_or(0, BTreeMap::len)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_callback_http_get_metadata_keys(
    envoy: Envoy,
    source: Source,
    namespace: Buffer,
    into: *mut Buffer,
) -> bool {
    let Some(members) = stream(envoy).namespaces(source).get(bytes(namespace)) else {
        return false;
    };
    for (index, key) in members.keys().enumerate() {
        unsafe { into.add(index).write(lent(key)) };
    }
    true
}

macro_rules! getters {
    ($($name:ident($kind:ty) = $read:expr;)*) => { $(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(
            envoy: Envoy,
            source: Source,
            namespace: Buffer,
            key: Buffer,
            into: *mut $kind,
        ) -> bool {
            let read: fn(&Json) -> Option<$kind> = $read;
            let Some(found) = stream(envoy).value(source, namespace, key).and_then(read) else {
                return false;
            };
            unsafe { into.write(found) };
            true
        }
    )* };
}

getters! {
    envoy_dynamic_module_callback_http_get_metadata_bool(bool) = Json::as_bool;
    envoy_dynamic_module_callback_http_get_metadata_number(f64) = Json::as_f64;
    envoy_dynamic_module_callback_http_get_metadata_string(Buffer) =
        |json| json.as_str().map(|text| lent(text.as_bytes()));
    envoy_dynamic_module_callback_http_get_metadata_list_size(usize) =
        |json| json.as_array().map(Vec::len);
}

#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_callback_http_get_metadata_list_string(
    envoy: Envoy,
    source: Source,
    namespace: Buffer,
    key: Buffer,
    index: usize,
    into: *mut Buffer,
) -> bool {
    let list = stream(envoy).value(source, namespace, key).and_then(Json::as_array);
    let Some(text) = list.and_then(|list| list.get(index)).and_then(Json::as_str) else {
        return false;
    };
    unsafe { into.write(lent(text.as_bytes())) };
    true
}

#[unsafe(no_mangle)]
extern "C" fn envoy_dynamic_module_callback_http_set_filter_state_bytes(
    envoy: Envoy,
    key: Buffer,
    value: Buffer,
) -> bool {
    stream(envoy).filter_state.insert(bytes(key).to_vec(), bytes(value).to_vec());
    true
}

#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_callback_http_get_filter_state_typed(
    envoy: Envoy,
    key: Buffer,
    into: *mut Buffer,
) -> bool {
    unsafe { envoy_dynamic_module_callback_http_get_filter_state_bytes(envoy, key, into) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_callback_http_get_filter_state_bytes(
    envoy: Envoy,
    key: Buffer,
    into: *mut Buffer,
) -> bool {
    let Some(value) = stream(envoy).filter_state.get(bytes(key)) else { return false };
    unsafe { into.write(lent(value)) };
    true
}

#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_callback_http_filter_get_attribute_string(
    envoy: Envoy,
    attribute: u32,
    into: *mut Buffer,
) -> bool {
    let Some(value) = stream(envoy).attributes.get(&attribute) else { return false };
    unsafe { into.write(lent(value)) };
    true
}

#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_callback_http_filter_get_attribute_int(
    envoy: Envoy,
    attribute: u32,
    into: *mut u64,
) -> bool {
    let value = stream(envoy).attributes.get(&attribute);
    let Some(first) = value.and_then(|value| value.first()) else { return false };
    unsafe { into.write(u64::from(*first)) };
    true
}

#[unsafe(no_mangle)]
unsafe extern "C" fn envoy_dynamic_module_callback_http_filter_get_attribute_bool(
    envoy: Envoy,
    attribute: u32,
    into: *mut bool,
) -> bool {
    let Some(value) = stream(envoy).attributes.get(&attribute) else { return false };
    unsafe { into.write(!value.is_empty()) };
    true
}

#[unsafe(no_mangle)]
extern "C" fn envoy_dynamic_module_callback_get_most_specific_route_config(
    envoy: Envoy,
) -> *const c_void {
    match stream(envoy).route_configuration {
        0 => ptr::null(),
        address => ptr::with_exposed_provenance(address),
    }
}

#[unsafe(no_mangle)]
extern "C" fn envoy_dynamic_module_callback_http_get_cluster_name(
    _envoy: Envoy,
    _into: *mut Buffer,
) -> bool {
    false
}

macro_rules! define {
    ($($name:ident)*) => { $(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(
            _configuration: Envoy,
            name: Buffer,
            labels: *const Buffer,
            count: usize,
            id: *mut usize,
        ) -> u32 {
            assert!(bytes(name).starts_with(b"bluegreen"));
            assert!(values(labels, count).iter().all(|label| !label.is_empty()));
            unsafe { id.write(name.address() & 0xffff | count << 16) };
            0
        }
    )* };
}

define! {
    envoy_dynamic_module_callback_http_filter_config_define_counter
    envoy_dynamic_module_callback_http_filter_config_define_gauge
}

#[unsafe(no_mangle)]
extern "C" fn envoy_dynamic_module_callback_http_filter_increment_counter(
    envoy: Envoy,
    id: usize,
    labels: *const Buffer,
    count: usize,
    by: u64,
) -> u32 {
    assert_eq!(id >> 16, count);
    if count == 0 {
        assert_eq!(by, 1);
        stream(envoy).counted.push(id);
    } else {
        stream(envoy).told.push((id, values(labels, count), by));
    }
    0
}

#[unsafe(no_mangle)]
extern "C" fn envoy_dynamic_module_callback_http_filter_set_gauge(
    envoy: Envoy,
    id: usize,
    labels: *const Buffer,
    count: usize,
    value: u64,
) -> u32 {
    assert_eq!(id >> 16, count);
    stream(envoy).told.push((id, values(labels, count), value));
    0
}

fn values(labels: *const Buffer, count: usize) -> Vec<String> {
    let labels =
        if count == 0 { &[] } else { unsafe { std::slice::from_raw_parts(labels, count) } };
    labels.iter().map(|label| String::from_utf8_lossy(bytes(*label)).into_owned()).collect()
}
