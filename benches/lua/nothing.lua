-- What every script pays: a coroutine for each request.
function envoy_on_request(handle)
end
