/*
 * One class an operation, used as a type argument: `changetype<Op>(0).apply<T>(…)` is resolved and
 * inlined when compiling, so that a loop over entries is compiled once for each operation. `p` is
 * a parameter of those that have one.
 */

// @ts-ignore: decorator
@inline
function oneWhere<T>(mask: v128): v128 {
  return v128.and(mask, v128.splat<T>(1 as T));
}

// @ts-ignore: decorator
@unmanaged
export class Add {
  // @ts-ignore: decorator
  @inline
  apply<T>(a: v128, b: v128, c: v128, p: f64): v128 {
    return v128.add<T>(a, b);
  }
}

// @ts-ignore: decorator
@unmanaged
export class Sub {
  // @ts-ignore: decorator
  @inline
  apply<T>(a: v128, b: v128, c: v128, p: f64): v128 {
    return v128.sub<T>(a, b);
  }
}

// @ts-ignore: decorator
@unmanaged
export class Mul {
  // @ts-ignore: decorator
  @inline
  apply<T>(a: v128, b: v128, c: v128, p: f64): v128 {
    return v128.mul<T>(a, b);
  }
}

// @ts-ignore: decorator
@unmanaged
export class Div {
  // @ts-ignore: decorator
  @inline
  apply<T>(a: v128, b: v128, c: v128, p: f64): v128 {
    return v128.div<T>(a, b);
  }
}

// @ts-ignore: decorator
@unmanaged
export class Min {
  // @ts-ignore: decorator
  @inline
  apply<T>(a: v128, b: v128, c: v128, p: f64): v128 {
    return v128.min<T>(a, b);
  }
}

// @ts-ignore: decorator
@unmanaged
export class Max {
  // @ts-ignore: decorator
  @inline
  apply<T>(a: v128, b: v128, c: v128, p: f64): v128 {
    return v128.max<T>(a, b);
  }
}

// @ts-ignore: decorator
@unmanaged
export class LessEqual {
  // @ts-ignore: decorator
  @inline
  apply<T>(a: v128, b: v128, c: v128, p: f64): v128 {
    return oneWhere<T>(v128.le<T>(a, b));
  }
}

// @ts-ignore: decorator
@unmanaged
export class Equal {
  // @ts-ignore: decorator
  @inline
  apply<T>(a: v128, b: v128, c: v128, p: f64): v128 {
    return oneWhere<T>(v128.eq<T>(a, b));
  }
}

// @ts-ignore: decorator
@unmanaged
export class Sqrt {
  // @ts-ignore: decorator
  @inline
  apply<T>(a: v128, b: v128, c: v128, p: f64): v128 {
    return v128.sqrt<T>(a);
  }
}

// @ts-ignore: decorator
@unmanaged
export class Abs {
  // @ts-ignore: decorator
  @inline
  apply<T>(a: v128, b: v128, c: v128, p: f64): v128 {
    return v128.abs<T>(a);
  }
}

// @ts-ignore: decorator
@unmanaged
export class Select {
  // @ts-ignore: decorator
  @inline
  apply<T>(a: v128, b: v128, c: v128, p: f64): v128 {
    return v128.bitselect(b, c, v128.ne<T>(a, v128.splat<T>(0 as T)));
  }
}

/** A function of single entries, evaluated in f64 whatever T: AssemblyScript's are right to about an ulp there. */
// @ts-ignore: decorator
@inline
function lane<T, F>(a: v128, b: v128, i: i32): f64 {
  // @ts-ignore: F has `of`
  return changetype<F>(0).of(at<T>(a, i), at<T>(b, i));
}

// @ts-ignore: decorator
@inline
function at<T>(a: v128, i: i32): f64 {
  // lane indices have to be constants
  if (sizeof<T>() == 8) return i == 0 ? f64x2.extract_lane(a, 0) : f64x2.extract_lane(a, 1);
  if (i == 0) return f32x4.extract_lane(a, 0) as f64;
  if (i == 1) return f32x4.extract_lane(a, 1) as f64;
  if (i == 2) return f32x4.extract_lane(a, 2) as f64;
  return f32x4.extract_lane(a, 3) as f64;
}

/** F in each lane. */
// @ts-ignore: decorator
@unmanaged
export class Each<F> {
  // @ts-ignore: decorator
  @inline
  apply<T>(a: v128, b: v128, c: v128, p: f64): v128 {
    if (sizeof<T>() == 8) {
      return f64x2.replace_lane(f64x2.splat(lane<T, F>(a, b, 0)), 1, lane<T, F>(a, b, 1));
    }
    let r = f32x4.splat(lane<T, F>(a, b, 0) as f32);
    r = f32x4.replace_lane(r, 1, lane<T, F>(a, b, 1) as f32);
    r = f32x4.replace_lane(r, 2, lane<T, F>(a, b, 2) as f32);
    return f32x4.replace_lane(r, 3, lane<T, F>(a, b, 3) as f32);
  }
}

// @ts-ignore: decorator
@unmanaged
export class Pow {
  // @ts-ignore: decorator
  @inline
  of(a: f64, b: f64): f64 {
    return Math.pow(a, b);
  }
}

// @ts-ignore: decorator
@unmanaged
export class Exp {
  // @ts-ignore: decorator
  @inline
  of(a: f64, b: f64): f64 {
    return Math.exp(a);
  }
}

// @ts-ignore: decorator
@unmanaged
export class Log {
  // @ts-ignore: decorator
  @inline
  of(a: f64, b: f64): f64 {
    return Math.log(a);
  }
}

// @ts-ignore: decorator
@unmanaged
export class Log1p {
  // @ts-ignore: decorator
  @inline
  of(a: f64, b: f64): f64 {
    return Math.log1p(a);
  }
}

// @ts-ignore: decorator
@unmanaged
export class Expm1 {
  // @ts-ignore: decorator
  @inline
  of(a: f64, b: f64): f64 {
    return Math.expm1(a);
  }
}

/** Ratio to the power p, p in f64 whatever T. */
// @ts-ignore: decorator
@inline
export function powerEach<T>(r: v128, p: f64): v128 {
  if (sizeof<T>() == 8) {
    return f64x2.replace_lane(
      f64x2.splat(Math.pow(at<T>(r, 0), p)), 1, Math.pow(at<T>(r, 1), p),
    );
  }
  let s = f32x4.splat(Math.pow(at<T>(r, 0), p) as f32);
  s = f32x4.replace_lane(s, 1, Math.pow(at<T>(r, 1), p) as f32);
  s = f32x4.replace_lane(s, 2, Math.pow(at<T>(r, 2), p) as f32);
  return f32x4.replace_lane(s, 3, Math.pow(at<T>(r, 3), p) as f32);
}

/** `scaled` where the denominator is not 0 and it is finite, else x. */
// @ts-ignore: decorator
@inline
function stepOr<T>(x: v128, denominator: v128, scaled: v128): v128 {
  const largest = sizeof<T>() == 4 ? v128.splat<f32>(f32.MAX_VALUE) : v128.splat<f64>(f64.MAX_VALUE);
  const good = v128.and(
    v128.ne<T>(denominator, v128.splat<T>(0 as T)),
    v128.le<T>(v128.abs<T>(scaled), largest),
  );
  return v128.bitselect(scaled, x, good);
}

/** The multiplicative step: a ∘ (b ⊘ c). */
// @ts-ignore: decorator
@unmanaged
export class Step {
  // @ts-ignore: decorator
  @inline
  apply<T>(a: v128, b: v128, c: v128, p: f64): v128 {
    return stepOr<T>(a, c, v128.mul<T>(a, v128.div<T>(b, c)));
  }
}

/** The multiplicative step with exponent ½. */
// @ts-ignore: decorator
@unmanaged
export class RootStep {
  // @ts-ignore: decorator
  @inline
  apply<T>(a: v128, b: v128, c: v128, p: f64): v128 {
    return stepOr<T>(a, c, v128.mul<T>(a, v128.sqrt<T>(v128.div<T>(b, c))));
  }
}

/** The multiplicative step with exponent p. */
// @ts-ignore: decorator
@unmanaged
export class PowerStep {
  // @ts-ignore: decorator
  @inline
  apply<T>(a: v128, b: v128, c: v128, p: f64): v128 {
    return stepOr<T>(a, c, v128.mul<T>(a, powerEach<T>(v128.div<T>(b, c), p)));
  }
}
