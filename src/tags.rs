//! The headers, and the filter state, by which Envoy's own routes learn of a decision.

use std::rc::Rc;

use crate::bucket_header::BucketHeader;
use crate::config::{self, BlueTags};
use crate::decision::Variant;
use crate::explain;
use crate::fault::{Faults, Path};
use crate::host::Host;
use crate::name::{NOT_A_NAME, is_name};
use crate::pairs::Lengths;
use crate::request;
use crate::token::own_header_name;

/// Names of the tags, those that are switched on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tags {
    variant: Option<Box<str>>,
    cluster: Option<Box<str>>,
    mirror: Option<Box<str>>,
    bucket: Option<BucketHeader>,
    filter_state: Option<Box<str>>,
    response: Option<Rc<str>>,
    blue: BlueTags,
    /// Of the headers by which a request is read: the tags, and where it wants to go.
    lengths: Lengths,
}

/// What a decision writes to a request. What is None is removed where a client sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written<'a> {
    /// The side, if the filter knows it.
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

/// Which tags a client sent along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each tag")]
pub struct Forged {
    variant: bool,
    cluster: bool,
    mirror: bool,
    bucket: bool,
}

impl Forged {
    /// Notes a request header if it has the name of a tag.
    pub fn note(&mut self, header: &[u8], tags: &Tags) {
        let is = |name: Option<&str>| name.is_some_and(|name| name.as_bytes() == header);
        self.variant |= is(tags.variant());
        self.cluster |= is(tags.cluster.as_deref());
        self.mirror |= is(tags.mirror.as_deref());
        self.bucket |= is(tags.bucket.as_ref().map(|bucket| &*bucket.name));
    }

    /// Whether the variant tag came along.
    #[must_use]
    pub fn variant(self) -> bool {
        self.variant
    }
}

impl Tags {
    /// Validates the configuration. What is at fault is left out.
    pub fn new(config: &config::Tags, path: &Path, faults: &mut Faults) -> Self {
        let mut seen: Vec<Box<str>> = Vec::new();
        let mut check = |name: &str, at: &Path, faults: &mut Faults| {
            let header = own_header_name(name, at, faults)?;
            if seen.contains(&header) {
                faults.add_text(at, name, "is another tag's name too");
            }
            seen.push(header.clone());
            Some(header)
        };
        let mut tag = |key: &str, name: &Option<String>, faults: &mut Faults| {
            check(name.as_deref()?, &path.key(key), faults)
        };
        let variant = tag("variant_header", &config.variant_header, faults);
        let cluster = tag("cluster_header", &config.cluster_header, faults);
        let mirror = tag("mirror_header", &config.mirror_header, faults);
        let response = tag("response_header", &config.response_header, faults);
        if response.as_deref() == Some(explain::HEADER) {
            faults.add(&path.key("response_header"), "is where explanations stand");
        }
        let bucket = config.bucket_header.as_ref().and_then(|bucket| {
            let at = path.key("bucket_header");
            let name = check(&bucket.name, &at.key("name"), faults);
            BucketHeader::new(bucket, name?, &at, faults)
        });
        if let Some(name) = config.filter_state.as_deref().filter(|name| !is_name(name)) {
            faults.add_text(&path.key("filter_state"), name, NOT_A_NAME);
        }
        let bucket_name = bucket.as_ref().map(|bucket| &bucket.name);
        let names = [variant.as_ref(), cluster.as_ref(), mirror.as_ref(), bucket_name];
        let names = names.into_iter().flatten().map(|name| name.as_bytes());
        let lengths = [request::AUTHORITY, request::PATH, explain::HEADER.as_bytes()]
            .into_iter()
            .chain(names)
            .fold(Lengths::default(), |lengths, name| lengths.or(Lengths::of(name)));
        Self {
            variant,
            cluster,
            mirror,
            bucket,
            filter_state: config.filter_state.as_deref().map(Into::into),
            response: response.map(Rc::from),
            blue: config.blue.known(&path.key("blue"), faults).unwrap_or(BlueTags::Write),
            lengths,
        }
    }

    /// Tags a request; what the client sent under a tag's name is overwritten or removed.
    pub fn write(&self, mut written: Written<'_>, forged: Forged, host: &mut impl Host) {
        let may_omit = self.blue == BlueTags::Omit && !written.is_fixed;
        if written.variant == Some(Variant::Blue) && may_omit {
            written.variant = None;
            written.cluster = None;
        }
        let mut number = itoa::Buffer::new();
        let number = written.bucket.map(|bucket| number.format(bucket));
        let variant = written.variant.map(Variant::as_str);
        let bucket_name = self.bucket.as_ref().map(|bucket| &*bucket.name);
        let mut has_changed = false;
        for (name, value, is_forged) in [
            (self.variant(), variant, forged.variant),
            (self.cluster.as_deref(), written.cluster, forged.cluster),
            (self.mirror.as_deref(), written.mirror, forged.mirror),
            (bucket_name, number, forged.bucket),
        ] {
            let Some(name) = name else { continue };
            match value {
                Some(value) => host.set_request_header(name, value),
                None if is_forged => host.remove_request_header(name),
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

    /// Lengths of the headers by which a request is read.
    #[must_use]
    pub fn lengths(&self) -> Lengths {
        self.lengths
    }

    /// Name of the variant header.
    #[must_use]
    pub fn variant(&self) -> Option<&str> {
        self.variant.as_deref()
    }

    /// Whether a route can learn the side, of a deployment with or without clusters.
    #[must_use]
    pub fn tell_the_side(&self, has_clusters: bool) -> bool {
        let by_cluster = has_clusters && self.cluster.is_some();
        self.variant.is_some() || by_cluster || self.filter_state.is_some()
    }

    /// Whether a request header is a tag.
    #[must_use]
    pub fn is_tag(&self, header: &str) -> bool {
        let bucket = self.bucket.as_ref().map(|bucket| &bucket.name);
        let names = [self.variant.as_ref(), self.cluster.as_ref(), self.mirror.as_ref(), bucket];
        names.into_iter().flatten().any(|name| **name == *header)
    }

    /// How buckets are numbered, if they are.
    #[must_use]
    pub fn bucket(&self) -> Option<&BucketHeader> {
        self.bucket.as_ref()
    }

    /// Name of the response header that tells the client its variant.
    #[must_use]
    pub fn response(&self) -> Option<&Rc<str>> {
        self.response.as_ref()
    }
}
