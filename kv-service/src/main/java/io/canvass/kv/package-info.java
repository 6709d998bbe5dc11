/** The Spring Boot service: {@link io.canvass.kv.CanvassApplication} and what joins the packages below it. */
@NullMarked
package io.canvass.kv;

import org.jspecify.annotations.NullMarked;
