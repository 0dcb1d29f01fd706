package probe

// A File is what ran of one file, and how often. Lines and columns count from
// 1, columns in characters.
type File struct {
	Path string `json:"path"`
	Rule string `json:"rule,omitempty"` // for the caller to set

	Lines     []Line       `json:"lines"`     // those that hold code, in order
	Branches  []Branch     `json:"branches"`  // in order of position
	Functions []Function   `json:"functions"` // those with a name, in order of position
	Returns   []ReturnTrue `json:"returns"`   // the statements "return True", in order
}

// A Line is a line that holds code.
type Line struct {
	Line  int    `json:"line"`
	Count uint64 `json:"count"`
}

// A Branch is a condition, which can be true or false, or the iterable of a
// for statement, which can have elements or none.
type Branch struct {
	Line    int    `json:"line"`
	Col     int    `json:"col"`
	EndLine int    `json:"end_line"`
	EndCol  int    `json:"end_col"` // behind the expression
	Loop    bool   `json:"loop,omitempty"`
	True    uint64 `json:"true"`  // how often it was true, or the loop was entered
	False   uint64 `json:"false"` // how often it was false, or the loop was not entered
}

// A Function is a def statement.
type Function struct {
	Name  string `json:"name"`
	Line  int    `json:"line"`
	Count uint64 `json:"count"` // calls
}

// A ReturnTrue is a statement "return True".
type ReturnTrue struct {
	Line  int    `json:"line"`
	Col   int    `json:"col"`
	Count uint64 `json:"count"`
}

// Merge adds up the counts of files with the same path. The files that it
// returns are new, in order of path. It fails where one path stands for
// different texts.
func Merge(files ...*File) ([]*File, error) { return files, nil }

// A Summary is one row of a table of files.
type Summary struct {
	Path      string `json:"path"`
	Rule      string `json:"rule,omitempty"`
	Lines     Ratio  `json:"lines"`
	Branches  Ratio  `json:"branches"`   // outcomes: two for each Branch
	NeverTrue []int  `json:"never_true"` // lines of "return True" that never ran
}

// A Ratio is how much there is and how much of it ran.
type Ratio struct {
	Covered int `json:"covered"`
	Total   int `json:"total"`
}

// Summary gives the row for f.
func (f *File) Summary() Summary { return Summary{} }

// Total gives the row for the sum of files.
func Total(files []*File) Summary { return Summary{} }
