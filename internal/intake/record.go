package intake

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"

	"howareyou/carenet"
)

// Sealer encrypts what lies in the spool: it holds what people wrote and their
// numbers, on a disk that is nobody's database.
type Sealer interface {
	SealRaw(plain []byte, context string) ([]byte, error)
	OpenRaw(sealed []byte, context string) ([]byte, error)
}

// spoolContext keeps what was sealed for the spool from opening anywhere else.
const spoolContext = "spool"

// A record is the length of its sealed text (4 bytes, big-endian), a checksum of
// it (4 bytes, CRC-32C) and the sealed text. The checksum tells a record that was
// cut off from one whose key is missing.
const recordHead = 8

// maxRecord is far above any text: 1,600 characters and their frame.
const maxRecord = 1 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendRecord adds a text to buf as a record.
func appendRecord(buf []byte, keys Sealer, text carenet.InboundText) ([]byte, error) {
	plain, err := json.Marshal(text)
	if err != nil {
		return nil, err
	}
	sealed, err := keys.SealRaw(plain, spoolContext)
	if err != nil {
		return nil, err
	}
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(sealed)))
	buf = binary.BigEndian.AppendUint32(buf, crc32.Checksum(sealed, castagnoli))
	return append(buf, sealed...), nil
}

// cut takes the first record off content. rest is what follows it; sound says
// whether the record is as it was written. A record that is not there to its end
// is none: it was being written when its process died, and nobody was told that
// it is kept.
func cut(content []byte) (sealed, rest []byte, sound, ok bool) {
	if len(content) < recordHead {
		return nil, nil, false, false
	}
	n := int(binary.BigEndian.Uint32(content))
	if n == 0 || n > maxRecord || len(content) < recordHead+n {
		return nil, nil, false, false
	}
	sealed = content[recordHead : recordHead+n]
	sound = crc32.Checksum(sealed, castagnoli) == binary.BigEndian.Uint32(content[4:])
	return sealed, content[recordHead+n:], sound, true
}

// readRecords opens all whole records and counts those that were damaged on the
// disk. One that no key opens is an error: somebody has taken a key away too
// early, and the texts wait until it is given back.
func readRecords(content []byte, keys Sealer) (texts []carenet.InboundText, damaged int, err error) {
	for {
		sealed, rest, sound, ok := cut(content)
		if !ok {
			return texts, damaged, nil
		}
		content = rest
		if !sound {
			damaged++
			continue
		}
		plain, err := keys.OpenRaw(sealed, spoolContext)
		if err != nil {
			return nil, damaged, fmt.Errorf("record %d of the spool: %w", len(texts)+damaged+1, err)
		}
		var text carenet.InboundText
		if err := json.Unmarshal(plain, &text); err != nil {
			return nil, damaged, fmt.Errorf("record %d of the spool is not a text", len(texts)+damaged+1)
		}
		texts = append(texts, text)
	}
}
