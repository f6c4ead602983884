;; Gives these callbacks the names that Envoy calls; see exports.rs and hostcalls.rs.
(module
  (import "bluegreen" "bluegreen_on_context_create" (func $create (param i32 i32)))
  (import "bluegreen" "bluegreen_on_request_headers" (func $request (param i32 i32 i32) (result i32)))
  (import "bluegreen" "bluegreen_on_request_trailers" (func $trailers (param i32 i32) (result i32)))
  (import "bluegreen" "bluegreen_on_response_headers" (func $response (param i32 i32 i32) (result i32)))
  (import "bluegreen" "bluegreen_on_delete" (func $delete (param i32)))
  (import "bluegreen" "bluegreen_on_memory_allocate" (func $allocate (param i32) (result i32)))
  (export "proxy_on_memory_allocate" (func $allocate))
  (export "proxy_on_context_create" (func $create))
  (export "proxy_on_request_headers" (func $request))
  (export "proxy_on_request_trailers" (func $trailers))
  (export "proxy_on_response_headers" (func $response))
  (export "proxy_on_delete" (func $delete)))
