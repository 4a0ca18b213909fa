"""ELF cores in which zeroes take no room, not even of the file's length."""

import struct

PAGE = 4096
# The longest run of zeroes that the file has; longer ones are several PT_LOADs.
ZEROES = 64 << 10
# Where in a page of the file they begin: makedumpfile maps whole pages, and takes what follows one in
# the file for what follows it in memory. What is not aligned it reads, PT_LOAD by PT_LOAD.
SHIFT = 2048
HEADER, PROGRAM = struct.Struct("<16sHHIQQQIHHHHHH"), struct.Struct("<IIQQQQQQ")
NUMBER, OFFSET = 10, 5


def programs(core):
    """The program headers of a core, as lists of their eight fields."""
    header = HEADER.unpack_from(core)
    places = (header[OFFSET] + PROGRAM.size * index for index in range(header[NUMBER]))
    return [list(PROGRAM.unpack_from(core, place)) for place in places]


def runs(core, start, size):
    """The parts of a segment, page by page: offset, bytes, and whether they are zeroes."""
    at = 0
    while at < size:
        end, is_zero = at, not any(core[start + at : start + at + PAGE])
        while end < size and any(core[start + end : start + end + PAGE]) != is_zero:
            end += PAGE
            if is_zero and end - at == ZEROES:
                break
        yield at, end - at, is_zero
        at = end


def compact(core):
    """The same core, shorter: PT_LOADs of zeroes all show one part of the file, its end."""
    note, *loads = programs(core)
    heads, data = [note], bytearray()
    for kind, flags, start, address, physical, size, *_ in loads:
        for at, count, is_zero in runs(core, start, size):
            place = None if is_zero else len(data)
            if not is_zero:
                data += core[start + at : start + at + count]
            alignment = 1 if is_zero else PAGE
            heads.append([kind, flags, place, address + at, physical + at, count, count, alignment])
    text = core[note[2] : note[2] + note[5]]
    note[2] = HEADER.size + PROGRAM.size * len(heads)
    body = (note[2] + len(text) + PAGE - 1) // PAGE * PAGE
    for head in heads[1:]:
        head[2] = body + (len(data) + SHIFT if head[2] is None else head[2])
    header = list(HEADER.unpack_from(core))
    header[OFFSET], header[NUMBER] = HEADER.size, len(heads)
    front = HEADER.pack(*header) + b"".join(PROGRAM.pack(*head) for head in heads) + text
    return front.ljust(body, b"\0") + bytes(data) + bytes(SHIFT + ZEROES)


def memory(core):
    """What a core holds, by physical address."""
    parts = {}
    for kind, _, start, _, physical, size, *_ in programs(core):
        for at in range(0, size if kind == 1 else 0, PAGE):
            parts[physical + at] = core[start + at : start + at + PAGE]
    return parts
