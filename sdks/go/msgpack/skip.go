package msgpack

// skip reads any value, and ignores it.
func (r *reader) skip() error {
	format := r.peek()
	switch {
	case format >= 0x80 && format <= 0x8f, format == 0xde, format == 0xdf:
		entries, err := r.mapLength()
		if err != nil {
			return err
		}
		return r.skipItems(2 * entries)
	case format >= 0x90 && format <= 0x9f, format == 0xdc, format == 0xdd:
		items, err := r.listLength()
		if err != nil {
			return err
		}
		return r.skipItems(items)
	}
	r.at += min(1, r.left())
	size, err := r.follows(format)
	if err == nil {
		_, err = r.take(size)
	}
	return err
}

func (r *reader) skipItems(items int) error {
	if r.depth == deepest {
		return r.fail("values are nested too deeply")
	}
	r.depth++
	defer func() { r.depth-- }()
	for range items {
		if err := r.skip(); err != nil {
			return err
		}
	}
	return nil
}

// follows returns the number of bytes that follow a format, after it has read their length.
func (r *reader) follows(format byte) (uint64, error) {
	switch {
	case format <= 0x7f, format >= 0xe0, format == 0xc0, format == 0xc2, format == 0xc3:
		return 0, nil
	case format <= 0xbf:
		return uint64(format & 0x1f), nil
	case format >= 0xc4 && format <= 0xc6:
		return r.number(1 << (format - 0xc4))
	case format >= 0xc7 && format <= 0xc9:
		// A type follows the length.
		size, err := r.number(1 << (format - 0xc7))
		return size + 1, err
	case format == 0xca:
		return 4, nil
	case format == 0xcb:
		return 8, nil
	case format >= 0xcc && format <= 0xcf:
		return 1 << (format - 0xcc), nil
	case format >= 0xd0 && format <= 0xd3:
		return 1 << (format - 0xd0), nil
	case format >= 0xd4 && format <= 0xd8:
		return 1 + 1<<(format-0xd4), nil
	case format >= 0xd9 && format <= 0xdb:
		return r.number(1 << (format - 0xd9))
	}
	return 0, r.fail("expected a value")
}
