;; One property is read, and no header.
(module
  (import "env" "proxy_get_property" (func $property (param i32 i32 i32 i32) (result i32)))

  (memory (export "memory") 2)
  (data (i32.const 64) "xds\00virtual_host_metadata\00filter_metadata\00bluegreen")

  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (drop (call $property (i32.const 64) (i32.const 51) (i32.const 0) (i32.const 4)))
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
