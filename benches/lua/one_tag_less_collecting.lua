-- As one_tag.lua, with ten times as much memory in use before garbage is collected.
collectgarbage("setpause", 1000)
local HOST, PREFIX = "fraud.example.com", "/v1/models/fraud"
local GREEN_BELOW = 0.50 * 2 ^ 32

local bxor, lshift, tobit, byte, sub = bit.bxor, bit.lshift, bit.tobit, string.byte, string.sub

-- FNV-1a, 32 bits; the product is made of shifts, since a double has no room for it.
local function hash(text)
  local h = tobit(2166136261)
  for i = 1, #text do
    h = bxor(h, byte(text, i))
    h = tobit(h + lshift(h, 1) + lshift(h, 4) + lshift(h, 7) + lshift(h, 8) + lshift(h, 24))
  end
  return h % 2 ^ 32
end

local function is_rolled_back(handle)
  return handle:virtualHost():metadata():get("rollback") == true
end

function envoy_on_request(handle)
  local headers = handle:headers()
  if headers:get(":authority") ~= HOST or sub(headers:get(":path"), 1, #PREFIX) ~= PREFIX then
    return
  end
  local user = headers:get("x-user-id")
  local is_green = user and hash(user) < GREEN_BELOW and not is_rolled_back(handle)
  headers:replace("x-bluegreen-variant", is_green and "green" or "blue")
end
