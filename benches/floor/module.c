/* What Envoy itself costs with a dynamic module: one without logic that makes the same calls as the filter. The
 * filter's name in the configuration says which: "nothing", "no_tag" reads all headers, "one_tag" also writes one and
 * has the route matched again, "one_source_one_tag" also asks for a flag in the route's metadata before that. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct { const char *data; size_t size; } buffer;
typedef struct { buffer name, value; } header;
typedef const void *handle;
typedef void *envoy;

size_t envoy_dynamic_module_callback_http_get_headers_size(envoy e, uint32_t map);
bool envoy_dynamic_module_callback_http_get_headers(envoy e, uint32_t map, header *into);
bool envoy_dynamic_module_callback_http_add_header(envoy e, uint32_t map, buffer name, buffer value);
void envoy_dynamic_module_callback_http_clear_route_cache(envoy e);
size_t envoy_dynamic_module_callback_http_get_metadata_keys_count(envoy e, uint32_t source, buffer space);
bool envoy_dynamic_module_callback_http_get_metadata_keys(envoy e, uint32_t source, buffer space, buffer *into);
bool envoy_dynamic_module_callback_http_get_metadata_bool(envoy e, uint32_t source, buffer space, buffer key, bool *into);

enum { REQUEST = 0, ROUTE = 1, MOST = 64 };
enum { NOTHING, NO_TAG, ONE_TAG, ONE_SOURCE_ONE_TAG };
static const char scripts[] = {NOTHING, NO_TAG, ONE_TAG, ONE_SOURCE_ONE_TAG};

static buffer text(const char *literal) { return (buffer){literal, strlen(literal)}; }
static bool is(buffer name, const char *literal) { return name.size == strlen(literal) && !memcmp(name.data, literal, name.size); }

const char *envoy_dynamic_module_on_program_init(void) { return "v0.1.0"; }

handle envoy_dynamic_module_on_http_filter_config_new(envoy e, buffer name, buffer configuration) {
  (void)e, (void)configuration;
  return &scripts[is(name, "no_tag") ? NO_TAG : is(name, "one_tag") ? ONE_TAG : is(name, "one_source_one_tag") ? ONE_SOURCE_ONE_TAG : NOTHING];
}

void envoy_dynamic_module_on_http_filter_config_destroy(handle script) { (void)script; }
handle envoy_dynamic_module_on_http_filter_per_route_config_new(buffer n, buffer c) { (void)n, (void)c; return scripts; }
void envoy_dynamic_module_on_http_filter_per_route_config_destroy(handle c) { (void)c; }
handle envoy_dynamic_module_on_http_filter_new(handle script, envoy e) { (void)e; return script; }
void envoy_dynamic_module_on_http_filter_destroy(handle filter) { (void)filter; }

uint32_t envoy_dynamic_module_on_http_filter_request_headers(envoy e, handle filter, bool end) {
  (void)end;
  char script = *(const char *)filter;
  if (script == NOTHING) return 0;
  header lines[MOST];
  if (envoy_dynamic_module_callback_http_get_headers_size(e, REQUEST) > MOST) return 0;
  envoy_dynamic_module_callback_http_get_headers(e, REQUEST, lines);
  if (script == NO_TAG) return 0;
  const char *variant = "blue";
  if (script == ONE_SOURCE_ONE_TAG) {
    buffer keys[MOST];
    bool flag = false;
    size_t count = envoy_dynamic_module_callback_http_get_metadata_keys_count(e, ROUTE, text("bluegreen"));
    if (count > 0 && count <= MOST) {
      envoy_dynamic_module_callback_http_get_metadata_keys(e, ROUTE, text("bluegreen"), keys);
      envoy_dynamic_module_callback_http_get_metadata_bool(e, ROUTE, text("bluegreen"), keys[0], &flag);
    }
    variant = flag ? "blue" : "green";
  }
  envoy_dynamic_module_callback_http_add_header(e, REQUEST, text("x-bluegreen-variant"), text(variant));
  envoy_dynamic_module_callback_http_clear_route_cache(e);
  return 0;
}

uint32_t envoy_dynamic_module_on_http_filter_response_headers(envoy e, handle f, bool end) { (void)e, (void)f, (void)end; return 0; }
uint32_t envoy_dynamic_module_on_http_filter_request_body(envoy e, handle f, bool end) { (void)e, (void)f, (void)end; return 0; }
uint32_t envoy_dynamic_module_on_http_filter_request_trailers(envoy e, handle f) { (void)e, (void)f; return 0; }
uint32_t envoy_dynamic_module_on_http_filter_response_body(envoy e, handle f, bool end) { (void)e, (void)f, (void)end; return 0; }
uint32_t envoy_dynamic_module_on_http_filter_response_trailers(envoy e, handle f) { (void)e, (void)f; return 0; }
void envoy_dynamic_module_on_http_filter_stream_complete(envoy e, handle f) { (void)e, (void)f; }

/* Never called: nothing asks for them. */
void envoy_dynamic_module_on_http_filter_scheduled(void) {}
void envoy_dynamic_module_on_http_filter_downstream_above_write_buffer_high_watermark(envoy e, handle f) { (void)e, (void)f; }
void envoy_dynamic_module_on_http_filter_downstream_below_write_buffer_low_watermark(envoy e, handle f) { (void)e, (void)f; }
void envoy_dynamic_module_on_http_filter_http_callout_done(void) {}
void envoy_dynamic_module_on_http_filter_http_stream_headers(void) {}
void envoy_dynamic_module_on_http_filter_http_stream_data(void) {}
void envoy_dynamic_module_on_http_filter_http_stream_trailers(void) {}
void envoy_dynamic_module_on_http_filter_http_stream_complete(void) {}
void envoy_dynamic_module_on_http_filter_http_stream_reset(void) {}
