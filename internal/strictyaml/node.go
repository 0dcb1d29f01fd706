package strictyaml

import "go.yaml.in/yaml/v4"

// A node is a value of a document. Several places may share one, by aliases.
type node struct {
	kind  kind
	plain bool   // of a scalar: written without quotes, so that it may be null, a boolean or a number
	value string // of a scalar

	line, col int32 // from 1

	content []*node // the elements of a list; the keys and values of a mapping, in turn
}

type kind uint8

const (
	scalarKind kind = iota
	mappingKind
	sequenceKind
)

// isNull reports whether a node is a scalar that stands for nothing.
func (n *node) isNull() bool {
	if n.kind != scalarKind || !n.plain {
		return false
	}
	switch n.value {
	case "", "~", "null", "Null", "NULL":
		return true
	}
	return false
}

// isMerge reports whether a key merges its value into the mapping.
func (n *node) isMerge() bool { return n.plain && n.value == "<<" }

// converter takes over the tree of the library.
type converter struct {
	anchors map[*yaml.Node]*node // nil as long as the node is being read
	cycle   *yaml.Node           // an alias of what it is in, or nil
}

func (c *converter) convert(y *yaml.Node) *node {
	if y.Kind == yaml.AliasNode {
		n, known := c.anchors[y.Alias]
		if known && n == nil {
			c.cycle = y
		}
		return n
	}
	n := &node{value: y.Value, line: int32(y.Line), col: int32(y.Column)}
	if y.Anchor != "" {
		c.anchors[y] = nil
	}
	switch y.Kind {
	case yaml.MappingNode:
		n.kind = mappingKind
	case yaml.SequenceNode:
		n.kind = sequenceKind
	default:
		const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
		tagged := y.Style&yaml.TaggedStyle != 0
		n.plain = y.Style&quoted == 0 && !(tagged && y.ShortTag() == "!!str")
	}
	n.content = make([]*node, len(y.Content))
	for i, e := range y.Content {
		n.content[i] = c.convert(e)
	}
	if y.Anchor != "" {
		c.anchors[y] = n
	}
	return n
}
