//! The headers, and the filter state, by which Envoy's own routes learn of a decision.

mod bucket_header;
mod response;

use std::sync::Arc;

pub use bucket_header::BucketHeader;
pub use response::Response;

use crate::bytes;
use crate::config::{
    self, BlueTags, CacheControl, ConfigErrors, NOT_A_NAME, Path, is_name, own_header_name,
};
use crate::host::Host;
use crate::variant::Variant;

/// The header that asks for an explanation, and on the response the header that answers.
pub const EXPLAIN_HEADER: &str = "x-bluegreen-explain";

/// A request header that tells of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// The variant.
    Variant,
    /// Its cluster.
    Cluster,
    /// The cluster that gets a copy.
    Mirror,
    /// The number for Envoy's weighted clusters.
    Bucket,
}

/// The tags that are switched on, and how they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tags {
    /// In the order in which they are written.
    headers: Box<[(Tag, Box<str>)]>,
    /// How buckets are numbered.
    bucket: Option<BucketHeader>,
    filter_state: Option<Box<str>>,
    record: Option<Box<str>>,
    response: Option<Arc<str>>,
    blue: BlueTags,
    cache_control: CacheControl,
}

/// What a decision writes to a request. What is None is removed where a client sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TagValues<'a> {
    /// The variant, if the filter knows it.
    pub variant: Option<Variant>,
    /// Its cluster.
    pub cluster: Option<&'a str>,
    /// The cluster that gets a copy.
    pub mirror: Option<&'a str>,
    /// The number for Envoy's weighted clusters.
    pub bucket: Option<u32>,
    /// Whether blue has to be said even where it is left untagged.
    pub is_fixed: bool,
}

impl TagValues<'_> {
    #[inline]
    fn is_nothing(&self) -> bool {
        let Self { variant, cluster, mirror, bucket, is_fixed: _ } = self;
        variant.is_none() && cluster.is_none() && mirror.is_none() && bucket.is_none()
    }
}

/// Which tags a client sent along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IncomingTags(u8);

impl IncomingTags {
    /// Notes that a tag came along.
    #[inline]
    pub fn note(&mut self, tag: Tag) {
        self.0 |= Self::bit(tag);
    }

    /// Whether a tag came along.
    #[must_use]
    #[inline]
    pub fn has(self, tag: Tag) -> bool {
        self.0 & Self::bit(tag) != 0
    }

    #[inline]
    fn is_none(self) -> bool {
        self == Self::default()
    }

    #[inline]
    fn bit(tag: Tag) -> u8 {
        1_u8.wrapping_shl(tag as u32)
    }
}

impl Tags {
    /// Validates the configuration. What is wrong is left out.
    pub fn new(config: &config::Tags, path: &Path, errors: &mut ConfigErrors) -> Self {
        let mut seen: Vec<(Box<str>, String)> = Vec::new();
        let mut check = |name: &str, at: &Path, errors: &mut ConfigErrors| {
            let header = own_header_name(name, at, errors)?;
            if *header == *EXPLAIN_HEADER {
                errors.invalid(at, name, "is the header of explanations");
            }
            if let Some((_, earlier)) = seen.iter().find(|(known, _)| *known == header) {
                errors.invalid(at, name, format_args!("is the name of {earlier} too"));
            }
            seen.push((header.clone(), at.to_string()));
            Some(header)
        };
        let (bucket, bucket_at) = (config.bucket_header.as_ref(), path.key("bucket_header"));
        let headers: Box<[_]> = [
            (Tag::Variant, config.variant_header.as_deref(), path.key("variant_header")),
            (Tag::Cluster, config.cluster_header.as_deref(), path.key("cluster_header")),
            (Tag::Mirror, config.mirror_header.as_deref(), path.key("mirror_header")),
            (Tag::Bucket, bucket.map(|bucket| &*bucket.name), bucket_at.key("name")),
        ]
        .into_iter()
        .filter_map(|(tag, name, at)| Some((tag, check(name?, &at, errors)?)))
        .collect();
        let (response, response_at) = (&config.response_header, path.key("response_header"));
        let response = response.as_deref().and_then(|name| check(name, &response_at, errors));
        let bucket = bucket.and_then(|bucket| BucketHeader::new(bucket, &bucket_at, errors));
        let (state, record) = (config.filter_state.as_deref(), config.record.as_deref());
        for (key, name) in [("filter_state", state), ("record", record)] {
            if let Some(name) = name.filter(|name| !is_name(name)) {
                errors.invalid(&path.key(key), name, NOT_A_NAME);
            }
        }
        if let Some(name) = record.filter(|_| record == state) {
            let earlier = format_args!("is the name of {} too", path.key("filter_state"));
            errors.invalid(&path.key("record"), name, earlier);
        }
        Self {
            headers,
            bucket,
            filter_state: state.map(Into::into),
            record: record.map(Into::into),
            response: response.map(Arc::from),
            blue: config.blue.known(&path.key("blue"), errors).unwrap_or(BlueTags::Write),
            cache_control: (config.cache_control.known(&path.key("cache_control"), errors))
                .unwrap_or(CacheControl::Private),
        }
    }

    /// Tags a request; what the client sent under a tag's name is overwritten or removed.
    pub fn write(&self, mut written: TagValues<'_>, incoming: IncomingTags, host: &mut impl Host) {
        let may_omit = self.blue == BlueTags::Omit && !written.is_fixed;
        if written.variant == Some(Variant::Blue) && may_omit {
            written.variant = None;
            written.cluster = None;
        }
        if written.is_nothing() && incoming.is_none() {
            return;
        }
        let mut number = itoa::Buffer::new();
        let number = written.bucket.map(|bucket| number.format(bucket));
        let variant = written.variant.map(Variant::as_str);
        let mut has_changed = false;
        for (tag, name) in &self.headers {
            let value = match tag {
                Tag::Variant => variant,
                Tag::Cluster => written.cluster,
                Tag::Mirror => written.mirror,
                Tag::Bucket => number,
            };
            match value {
                Some(value) => host.set_request_header(name, value.as_bytes()),
                None if incoming.has(*tag) => host.remove_request_header(name),
                None => continue,
            }
            has_changed = true;
        }
        if let (Some(name), Some(variant)) = (&self.filter_state, variant) {
            host.set_filter_state(name, variant);
            if !has_changed {
                host.clear_route_cache();
            }
        }
    }

    /// Name of the filter state that gets the whole decision, if it is on.
    #[must_use]
    pub fn record(&self) -> Option<&str> {
        self.record.as_deref()
    }

    /// Names of the request headers, in lower case.
    #[inline]
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(|(_, name)| &**name)
    }

    /// Name of the variant header.
    #[must_use]
    pub fn variant(&self) -> Option<&str> {
        self.name_of(Tag::Variant)
    }

    /// Whether a route can learn the variant, of a deployment with or without clusters.
    #[must_use]
    pub fn tell_the_variant(&self, has_clusters: bool) -> bool {
        let by_cluster = has_clusters && self.name_of(Tag::Cluster).is_some();
        self.variant().is_some() || by_cluster || self.filter_state.is_some()
    }

    /// The tag that a request header is.
    #[must_use]
    #[inline]
    pub fn of_header(&self, header: &[u8]) -> Option<Tag> {
        let mut headers = self.headers.iter();
        let (tag, _) = headers.find(|(_, name)| bytes::equal(name.as_bytes(), header))?;
        Some(*tag)
    }

    #[inline]
    fn name_of(&self, tag: Tag) -> Option<&str> {
        let (_, name) = self.headers.iter().find(|(known, _)| *known == tag)?;
        Some(name)
    }

    /// How buckets are numbered, if they are.
    #[must_use]
    #[inline]
    pub fn bucket(&self) -> Option<&BucketHeader> {
        self.bucket.as_ref()
    }

    /// Whether shared caches are told to keep no answer that is for one client alone.
    #[must_use]
    #[inline]
    pub fn forbid_caching(&self) -> bool {
        self.cache_control == CacheControl::Private
    }

    /// Name of the response header that tells the client its variant.
    #[must_use]
    #[inline]
    pub fn response(&self) -> Option<&Arc<str>> {
        self.response.as_ref()
    }
}
