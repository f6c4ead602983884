;; A request on its way to green, with one rollback source and one tag: all headers and one property are read, one header is written.
(module
  (import "env" "proxy_get_header_map_pairs" (func $header_map_pairs (param i32 i32 i32) (result i32)))
  (import "env" "proxy_get_property" (func $property (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_replace_header_map_value" (func $replace_header (param i32 i32 i32 i32 i32) (result i32)))

  (memory (export "memory") 2)
  (data (i32.const 16) "x-bluegreen-variant")
  (data (i32.const 48) "green")
  (data (i32.const 64) "xds\00virtual_host_metadata\00filter_metadata\00bluegreen")

  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (drop (call $header_map_pairs (i32.const 0) (i32.const 0) (i32.const 4)))
    (drop (call $property (i32.const 64) (i32.const 51) (i32.const 0) (i32.const 4)))
    (drop (call $replace_header (i32.const 0) (i32.const 16) (i32.const 19) (i32.const 48) (i32.const 5)))
    (i32.const 0))

  ;; The host has one buffer at a time, always the same.
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 65536))

  (func (export "_initialize"))
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_vm_start") (param i32 i32) (result i32) (i32.const 1))
  (func (export "proxy_on_configure") (param i32 i32) (result i32) (i32.const 1))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_request_trailers") (param i32 i32) (result i32) (i32.const 0))
  (func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32) (i32.const 0))
  (func (export "proxy_on_response_trailers") (param i32 i32) (result i32) (i32.const 0))
  (func (export "proxy_on_log") (param i32))
  (func (export "proxy_on_tick") (param i32)))
