import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';

/** Keeps Nest from turning failures into its own shape: the messaging server gives each its code. */
@Catch()
export class PassOnFailures implements RpcExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}
