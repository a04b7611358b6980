-- SPDX-License-Identifier: MIT
-- JAMNet's transport, TOAST, in Wireshark 4.0 and later.
--
-- Without keys it shows what anybody on the way can see: types, connection ids,
-- packet numbers, stamps. With a key log, which `jamnet --key-log FILE` writes,
-- it shows the frames inside, and the text of JDAT and JMID packets.
--
--   wireshark -X lua_script:jamnet.lua -o toast.keylog:FILE capture.pcap
--
-- Or put it into the folder of personal Lua plugins (Help, About, Folders). The
-- layout is that of core/toast/PROTOCOL.md. Seals are not verified: a key is
-- taken for the right one when what it gives is a sequence of whole frames.

local toast = Proto("toast", "JAMNet TOAST")

toast.prefs.keylog = Pref.string("Key log", "", "File with lines TOAST CID caller|node PHASE KEY")
toast.prefs.port = Pref.uint("UDP port", 4460, "Port of the nodes; other ports are recognised by their handshake")

local TYPES = {
  [1] = "INIT", [2] = "COOKIE", [3] = "ACCEPT", [4] = "SIBLING INIT", [5] = "SIBLING ACCEPT",
  [6] = "RESUME", [7] = "RESUMED", [8] = "VERSIONS", [0x80] = "Sealed",
}
local CLASSES = { [0] = "control", [1] = "audio", [2] = "repair", [3] = "bulk" }

-- Frames: name, then the fields after the type byte: name, size ("length":
-- two bytes that say how long the data after all fields is)
local FRAMES = {
  [1] = { "MEDIA", { "handle", 2 }, { "seq", 2 }, { "length", 2 } },
  [2] = { "MIDI", { "handle", 2 }, { "length", 2 } },
  [3] = { "TABLE", { "length", 2 } },
  [4] = { "EVENT", { "id", 2 }, { "length", 2 } },
  [5] = { "EVENT_ACK", { "id", 2 }, { "bitmap", 8 } },
  [6] = { "FEEDBACK", { "largest", 4 }, { "bitmap", 8 }, { "bytes", 4 }, { "missing", 4 }, { "least", 4 },
    { "jitter", 2 }, { "late", 1 }, { "depth", 2 } },
  [7] = { "BLOCKMIN", { "count", 1 }, { "block", 2 } }, -- And count x 6 bytes
  [8] = { "PROBE" },
  [9] = { "ECHO", { "sent", 4 }, { "heard", 4 } },
  [10] = { "CLOSE" },
  [11] = { "MESH", { "length", 2 } },
  [12] = { "TICKET", { "number", 4 }, { "identity", 8 }, { "epoch", 4 }, { "utc", 8 }, { "ticket", 89 } },
  [13] = { "TICKET_ACK", { "number", 4 } },
  [14] = { "PATH", { "challenge", 8 } },
  [15] = { "PATH_REPLY", { "challenge", 8 } },
  [16] = { "REPAIR", { "handle", 2 }, { "seq", 2 }, { "length", 2 } },
  [17] = { "FRAGMENT", { "id", 2 }, { "index", 1 }, { "count", 1 }, { "length", 2 } },
  [18] = { "FRAGMENT_ACK", { "id", 2 }, { "fragments", 2 } },
}
local FRAME_NAMES = {}
for type, frame in pairs(FRAMES) do
  FRAME_NAMES[type] = frame[1]
end

local fields = {
  type = ProtoField.uint8("toast.type", "Type", base.HEX, TYPES),
  class = ProtoField.uint8("toast.class", "Class", base.DEC, CLASSES, 0x03),
  phase = ProtoField.uint8("toast.phase", "Key phase", base.DEC, nil, 0x40),
  version = ProtoField.uint8("toast.version", "Version"),
  cid = ProtoField.uint24("toast.cid", "Connection id of the receiver", base.HEX),
  caller_cid = ProtoField.uint24("toast.caller_cid", "Connection id of the caller", base.HEX),
  number = ProtoField.uint32("toast.number", "Packet number"),
  stamp = ProtoField.uint32("toast.stamp", "Sender's clock (us)"),
  cookie = ProtoField.bytes("toast.cookie", "Cookie"),
  ephemeral = ProtoField.bytes("toast.ephemeral", "Ephemeral key"),
  ticket = ProtoField.bytes("toast.ticket", "Ticket"),
  sealed = ProtoField.bytes("toast.sealed", "Sealed"),
  tag = ProtoField.bytes("toast.tag", "Tag"),
  padding = ProtoField.bytes("toast.padding", "Padding"),
  frame = ProtoField.uint8("toast.frame", "Frame", base.DEC, FRAME_NAMES),
  data = ProtoField.bytes("toast.frame.data", "Data"),
  jdat = ProtoField.string("toast.jdat", "JDAT"),
  jmid = ProtoField.string("toast.jmid", "JMID"),
  text = ProtoField.string("toast.text", "Text"),
}
local known = {}
for _, frame in pairs(FRAMES) do
  for i = 2, #frame do
    local name, size = frame[i][1], frame[i][2]
    if not known[name] then
      known[name] = true
      local make = size > 8 and ProtoField.bytes or size == 8 and ProtoField.uint64 or ProtoField.uint32
      fields["frame_" .. name] = make("toast.frame." .. name, name)
    end
  end
end
toast.fields = fields

local no_key = ProtoExpert.new("toast.no_key", "No key in the key log opens this packet", expert.group.UNDECODED,
  expert.severity.NOTE)
toast.experts = { no_key }

-- ChaCha20 (RFC 8439) -------------------------------------------------------

local bits = bit32 or bit
local bxor, rol = bits.bxor, bits.lrotate or bits.rol
local WORD = 4294967296

local function quarter(x, a, b, c, d)
  local xa, xb, xc, xd = x[a], x[b], x[c], x[d]
  xa = (xa + xb) % WORD
  xd = rol(bxor(xd, xa), 16) % WORD
  xc = (xc + xd) % WORD
  xb = rol(bxor(xb, xc), 12) % WORD
  xa = (xa + xb) % WORD
  xd = rol(bxor(xd, xa), 8) % WORD
  xc = (xc + xd) % WORD
  xb = rol(bxor(xb, xc), 7) % WORD
  x[a], x[b], x[c], x[d] = xa, xb, xc, xd
end

-- Sixteen words of key stream. `key`: eight words, `nonce`: three
local function chacha_block(key, counter, nonce)
  local begin = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 }
  for i = 1, 8 do
    begin[4 + i] = key[i]
  end
  begin[13] = counter
  for i = 1, 3 do
    begin[13 + i] = nonce[i]
  end
  local x = {}
  for i = 1, 16 do
    x[i] = begin[i]
  end
  for _ = 1, 10 do
    quarter(x, 1, 5, 9, 13)
    quarter(x, 2, 6, 10, 14)
    quarter(x, 3, 7, 11, 15)
    quarter(x, 4, 8, 12, 16)
    quarter(x, 1, 6, 11, 16)
    quarter(x, 2, 7, 12, 13)
    quarter(x, 3, 8, 9, 14)
    quarter(x, 4, 5, 10, 15)
  end
  for i = 1, 16 do
    x[i] = (x[i] + begin[i]) % WORD
  end
  return x
end

-- What ChaCha20-Poly1305 has encrypted (block 0 is the authenticator's)
local function decrypt(key, nonce, sealed)
  local out = {}
  for at = 0, #sealed - 1, 64 do
    local stream = chacha_block(key, 1 + at / 64, nonce)
    for i = 0, math.min(64, #sealed - at) - 1 do
      local word = stream[math.floor(i / 4) + 1]
      local byte = math.floor(word / 256 ^ (i % 4)) % 256
      out[#out + 1] = string.char(bxor(sealed:byte(at + i + 1), byte) % 256)
    end
  end
  return table.concat(out)
end

-- Keys ----------------------------------------------------------------------

local keys = {} -- By connection id and phase: a list of { caller, words }

local function words_of(hex)
  local words = {}
  for i = 1, 64, 8 do
    local a, b, c, d = hex:sub(i, i + 7):match("(..)(..)(..)(..)")
    words[#words + 1] = tonumber(d .. c .. b .. a, 16)
  end
  return words
end

local function read_keys()
  keys = {}
  if toast.prefs.keylog == "" then
    return
  end
  local file = io.open(toast.prefs.keylog, "r")
  if not file then
    return
  end
  for line in file:lines() do
    local cid, side, phase, hex = line:match("^TOAST (%x+) (%a+) (%d+) (%x+)%s*$")
    if cid and #hex == 64 then
      local name = tonumber(cid, 16) .. ":" .. tonumber(phase) % 2
      keys[name] = keys[name] or {}
      table.insert(keys[name], { caller = side == "caller", words = words_of(hex) })
    end
  end
  file:close()
end

function toast.init()
  read_keys()
end

-- Frames --------------------------------------------------------------------

local function little(text, at, size)
  local value = 0
  for i = size - 1, 0, -1 do
    value = value * 256 + text:byte(at + i)
  end
  return value
end

-- Size of the frame at `at` of a text, and where its data begins; nil if none
local function frame_size(text, at)
  local frame = FRAMES[text:byte(at)]
  if not frame then
    return nil
  end
  local head, data = 1, 0
  for i = 2, #frame do
    if at + head + frame[i][2] > #text + 1 then
      return nil
    end
    if frame[i][1] == "length" then
      data = little(text, at + head, 2)
      if data == 0 then
        return nil
      end
    end
    head = head + frame[i][2]
  end
  if frame[1] == "BLOCKMIN" then
    data = text:byte(at + 1) * 6
  end
  if at + head + data > #text + 1 then
    return nil
  end
  return head + data, head
end

local function is_whole(text)
  local at = 1
  while at <= #text do
    local size = frame_size(text, at)
    if not size then
      return false
    end
    at = at + size
  end
  return at > 1
end

local TEXTS = { MEDIA = fields.jdat, REPAIR = fields.jdat, MIDI = fields.jmid, TABLE = fields.text,
  EVENT = fields.text, MESH = fields.text }

local function add_frames(text, tree)
  local tvb = ByteArray.new(text, true):tvb("Opened frames")
  local names = {}
  local at = 1
  while at <= #text do
    local size, head = frame_size(text, at)
    local frame = FRAMES[text:byte(at)]
    local item = tree:add_le(fields.frame, tvb(at - 1, 1))
    item:set_len(size)
    names[#names + 1] = frame[1]
    local place = at
    for i = 2, #frame do
      local width = frame[i][2]
      item:add_le(fields["frame_" .. frame[i][1]], tvb(place, width))
      place = place + width
    end
    if size > head then
      item:add(TEXTS[frame[1]] or fields.data, tvb(at - 1 + head, size - head))
    end
    at = at + size
  end
  return names
end

-- Datagrams -----------------------------------------------------------------

local function open_packet(buffer, cid, phase)
  local sealed = buffer:raw(12, buffer:len() - 28)
  local list = keys[cid .. ":" .. phase] or {}
  for i = #list, 1, -1 do
    local nonce = { list[i].caller and 1 or 2, buffer(4, 4):le_uint(), 0 }
    local text = decrypt(list[i].words, nonce, sealed)
    if is_whole(text) then
      -- Likely the right one for the next packet too
      table.insert(list, table.remove(list, i))
      return text, list[#list].caller
    end
  end
  return nil
end

local function add_sealed(buffer, pinfo, tree)
  local first = buffer(0, 1):uint()
  local cid = buffer(1, 3):le_uint()
  local number = buffer(4, 4):le_uint()
  local phase = first >= 0xC0 and 1 or 0
  tree:add(fields.class, buffer(0, 1))
  tree:add(fields.phase, buffer(0, 1))
  tree:add_le(fields.cid, buffer(1, 3))
  tree:add_le(fields.number, buffer(4, 4))
  tree:add_le(fields.stamp, buffer(8, 4))
  tree:add(fields.sealed, buffer(12, buffer:len() - 28))
  tree:add(fields.tag, buffer(buffer:len() - 16, 16))
  local what = CLASSES[first % 4] .. " " .. number
  if next(keys) then
    local text, caller = open_packet(buffer, cid, phase)
    if text then
      local names = add_frames(text, tree)
      what = what .. (caller and " from caller: " or " from node: ") .. table.concat(names, ", ")
    else
      tree:add_proto_expert_info(no_key)
    end
  end
  pinfo.cols.info = what
end

local function add_clear(buffer, tree)
  local type = buffer(0, 1):uint()
  local size = buffer:len()
  if type == 1 or type == 4 then
    local sealed = type == 1 and 24 or 30
    tree:add(fields.version, buffer(1, 1))
    tree:add_le(fields.caller_cid, buffer(2, 3))
    tree:add(fields.cookie, buffer(5, 16))
    tree:add(fields.ephemeral, buffer(21, 32))
    tree:add(fields.sealed, buffer(53, sealed))
    tree:add(fields.padding, buffer(53 + sealed))
  elseif type == 3 or type == 5 or type == 7 then
    tree:add_le(fields.caller_cid, buffer(1, 3))
    tree:add(fields.ephemeral, buffer(4, 32))
    tree:add(fields.sealed, buffer(36))
  elseif type == 6 then
    tree:add(fields.version, buffer(1, 1))
    tree:add_le(fields.caller_cid, buffer(2, 3))
    tree:add_le(fields.number, buffer(5, 4))
    tree:add_le(fields.stamp, buffer(9, 4))
    tree:add(fields.ticket, buffer(13, 89))
    tree:add(fields.ephemeral, buffer(102, 32))
    tree:add(fields.sealed, buffer(134, size - 134))
  elseif type == 2 or type == 8 then
    tree:add_le(fields.caller_cid, buffer(1, 3))
    tree:add(fields.ephemeral, buffer(4, 8))
    if type == 2 then
      tree:add(fields.cookie, buffer(12, 16))
    else
      tree:add(fields.version, buffer(12, 1))
      tree:add(fields.version, buffer(13, 1))
    end
  end
end

local LEAST = { [1] = 256, [2] = 28, [3] = 67, [4] = 256, [5] = 69, [6] = 170, [7] = 71, [8] = 14 }

-- Whether a datagram can be one of ours at all
local function plausible(buffer)
  local first, size = buffer(0, 1):uint(), buffer:len()
  if first >= 0x80 then
    return size >= 28 and size <= 1200 and first % 0x40 < 4
  end
  return LEAST[first] ~= nil and size >= LEAST[first] and size <= 1200
end

function toast.dissector(buffer, pinfo, tree)
  if buffer:len() == 0 or not plausible(buffer) then
    return 0
  end
  local first = buffer(0, 1):uint()
  local type = first >= 0x80 and 0x80 or first
  pinfo.cols.protocol = "TOAST"
  local item = tree:add(toast, buffer())
  item:add(fields.type, buffer(0, 1), type)
  if type == 0x80 then
    add_sealed(buffer, pinfo, item)
  else
    pinfo.cols.info = TYPES[type]
    add_clear(buffer, item)
  end
  return buffer:len()
end

-- On other ports a handshake tells; what follows it in the same conversation
-- is then ours
local function recognise(buffer, pinfo, tree)
  local size = buffer:len()
  if size < 67 then
    return false
  end
  local first = buffer(0, 1):uint()
  local greeting = (first == 1 or first == 4) and size == 256 and buffer(1, 1):uint() == 1
  if not greeting then
    return false
  end
  pinfo.conversation = toast
  toast.dissector(buffer, pinfo, tree)
  return true
end

toast:register_heuristic("udp", recognise)
local ports = DissectorTable.get("udp.port")
local present = toast.prefs.port
ports:add(present, toast)

function toast.prefs_changed()
  if toast.prefs.port ~= present then
    ports:remove(present, toast)
    present = toast.prefs.port
    ports:add(present, toast)
  end
  read_keys()
end
